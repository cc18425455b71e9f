import { setTimeout } from 'node:timers/promises';
import type { MetricsModuleOptions } from 'nestjs-agent-metrics';
import { ContestantProcess, type Duty } from './contestant';
import { httpGet } from './http-get';

interface Worker {
  readonly process: ContestantProcess;
  readonly url: string;
}

/** A scrape from outside. */
export interface Scrape {
  readonly ms: number;
  /** Status 200, with the numbers of all workers that have to be there. */
  readonly isAnswered: boolean;
}

const PAUSE_MS = 50;
const UP = /^crew_workers\{state="up"\} (\d+)$/m;

/** Processes of one application, each with pairs and an endpoint of its own. */
export class WorkerGroup {
  private readonly workers: Worker[] = [];

  private constructor(
    private readonly options: MetricsModuleOptions,
    private readonly duty: Duty,
  ) {}

  static async start(count: number, options: MetricsModuleOptions, pairs: number): Promise<WorkerGroup> {
    const params = { scale: pairs, warmUpMs: 0, roundMs: 0 };
    const group = new WorkerGroup(options, { measure: 'recorded', tools: [], params, nodeFlags: [] });
    try {
      for (let i = 0; i < count; i += 1) await group.add();
      return group;
    } catch (error) {
      group.stop();
      throw error;
    }
  }

  get urls(): readonly string[] {
    return this.workers.map(({ url }) => url);
  }

  /** Each process counts something in each pair, and makes a full collection. */
  async record(): Promise<void> {
    for (const { process } of this.workers) await process.ask('round');
  }

  /** The longest in one of the processes while something is done. */
  async blockMsOf(work: () => Promise<unknown>): Promise<number> {
    const ask = () => Promise.all(this.workers.map(({ process }) => process.ask<number>('longestBlockMs')));
    await ask();
    await work();
    return Math.max(...(await ask()));
  }

  /** Replaces all, one after another, while they are scraped; who is to end is asked no more, like behind a balancer. */
  async replaceAll(): Promise<Scrape[]> {
    const least = this.workers.length;
    const end = new AbortController();
    const scrapes = this.scrapeUntil(end.signal, least);
    try {
      for (let i = 0; i < least; i += 1) {
        await this.add();
        const [{ process }] = this.workers.splice(0, 1) as [Worker];
        await process.ask('close');
        process.stop();
      }
    } finally {
      end.abort();
    }
    return scrapes;
  }

  async close(): Promise<void> {
    for (const { process } of this.workers) await process.ask('finish');
    for (const { process } of this.workers) await process.ask('close');
    this.stop();
  }

  stop(): void {
    for (const { process } of this.workers) process.stop();
  }

  private async add(): Promise<void> {
    const contestant = { label: 'a worker', subject: 'machine-worker', options: this.options };
    const process = await ContestantProcess.start(contestant, this.duty);
    await process.ask('agree');
    this.workers.push({ process, url: await process.ask<string>('url') });
  }

  private async scrapeUntil(end: AbortSignal, least: number): Promise<Scrape[]> {
    const scrapes: Scrape[] = [];
    for (let i = 0; !end.aborted; i += 1) {
      scrapes.push(await scrape(this.urls[i % this.urls.length]!, least));
      await setTimeout(PAUSE_MS);
    }
    return scrapes;
  }
}

/** @param least so many workers have to be in the answer */
async function scrape(url: string, least: number): Promise<Scrape> {
  const start = performance.now();
  try {
    const { status, body } = await httpGet(url);
    const ms = performance.now() - start;
    return { ms, isAnswered: status === 200 && Number(UP.exec(body.toString())?.[1]) >= least };
  } catch {
    return { ms: performance.now() - start, isAnswered: false };
  }
}

/** Milliseconds by the clock. @throws Error where it is not answered */
export async function scrapeMs(url: string): Promise<number> {
  const start = performance.now();
  const { status } = await httpGet(url);
  if (status !== 200) throw new Error(`${url} was answered with ${status}.`);
  return performance.now() - start;
}
