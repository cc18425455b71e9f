import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { parseExposition } from '../../src/testing';

const SECONDS = 3;
const REQUESTS_PER_SECOND = 400;
const SCRAPES_PER_SECOND = 10;
const PAIRS = 1_000;

/** A scraper's, unless it is told otherwise. */
const PATIENCE_MS = 10_000;

jest.setTimeout(120_000);

const folder = join(__dirname, '../processes');

describe.each([
  ['Express', 'endpoint'],
  ['Fastify', 'endpoint'],
  ['Express', 'listener'],
])('On %s, scraped at its %s, an application of a thousand pairs', (adapter, place) => {
  let server: ChildProcess;
  let url: string;
  let metricsUrl: string;
  let errors: string;
  const agent = new Agent({ keepAlive: true });
  const sockets: Socket[] = [];

  beforeEach(async () => {
    server = fork(join(folder, 'crew-server.ts'), [adapter, place], {
      execArgv: ['--require', join(folder, 'register-typescript.js')],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    errors = '';
    for (const output of [server.stdout, server.stderr]) output?.on('data', (data) => (errors += String(data)));
    [{ url, metricsUrl }] = (await once(server, 'message')) as [{ url: string; metricsUrl: string }];
    for (let request = 0; request < PAIRS; request += 1) await fetchText(`${url}/ask?request=${request}`);
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    agent.destroy();
    const exited = once(server, 'exit');
    server.kill();
    await exited;
  });

  async function fetchText(address: string): Promise<string> {
    const request = get(address, { agent, timeout: PATIENCE_MS, headers: { accept: 'text/plain;version=0.0.4' } });
    request.once('timeout', () => request.destroy(new Error(`${address}: nothing for ${PATIENCE_MS} ms.`)));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const body = await text(response);
    if (response.statusCode !== 200) throw new Error(`${address}: ${response.statusCode} ${body}`);
    return body;
  }

  /** Begins one after the other, evenly over some seconds, and waits for all. */
  async function evenly<Result>(perSecond: number, task: (index: number) => Promise<Result>): Promise<Result[]> {
    const begun: Promise<Result>[] = [];
    const start = performance.now();
    while (begun.length < perSecond * SECONDS) {
      const due = Math.min(perSecond * SECONDS, ((performance.now() - start) / 1_000) * perSecond);
      while (begun.length < due) begun.push(task(begun.length));
      await setTimeout(5);
    }
    return Promise.all(begun);
  }

  /** Reads a whole scrape strictly: a half one, or buckets that do not add up, would be an error. */
  function pairsIn(scrape: string): number {
    const { families } = parseExposition(scrape);
    const counts = families.get('crew_tool_execution_duration_seconds')?.samples;
    return counts?.filter(({ name }) => name.endsWith('_count')).length ?? 0;
  }

  async function connectTo(address: string): Promise<Socket> {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname).on('error', () => {});
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  /** Scrapers that read a byte a second, and how much they have read. */
  async function beginReading(readers: number): Promise<() => number> {
    let bytes = 0;
    for (let reader = 0; reader < readers; reader += 1) {
      const socket = (await connectTo(metricsUrl)).pause();
      socket.write('GET /metrics?format=prometheus HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const timer = setInterval(() => (bytes += socket.read(1) === null ? 0 : 1), 1_000);
      socket.once('close', () => clearInterval(timer));
    }
    return () => bytes;
  }

  // Of others there are a thousand that say nothing, and twenty that read a byte a second.
  it('answers every request and every scrape, whoever else is silent or slow', async () => {
    for (const address of new Set([url, metricsUrl])) {
      await Promise.all(Array.from({ length: 1_000 }, () => connectTo(address)));
    }
    const bytesRead = await beginReading(20);
    const [answers, scrapes] = await Promise.all([
      evenly(REQUESTS_PER_SECOND, (index) => fetchText(`${url}/ask?request=${index}`)),
      evenly(SCRAPES_PER_SECOND, () => fetchText(`${metricsUrl}/metrics`)),
    ]);
    const last = await fetchText(`${metricsUrl}/metrics`);
    expect(answers).toHaveLength(REQUESTS_PER_SECOND * SECONDS);
    expect(scrapes).toHaveLength(SCRAPES_PER_SECOND * SECONDS);
    // Not before all is over: reading strictly would keep this process from asking.
    expect(new Set(scrapes.map(pairsIn))).toEqual(new Set([PAIRS]));
    expect(parseExposition(last).value('crew_requests_total', { status: 'success' })).toBe(PAIRS + answers.length);
    expect(errors).toBe('');
    expect(bytesRead()).toBeGreaterThan(20);
  });
});
