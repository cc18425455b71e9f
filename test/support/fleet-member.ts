import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FleetWork } from '../processes/fleet-member';
import type { MetricsDocument } from './metrics-document';

const PROCESSES = join(__dirname, '../processes');

/** An instance of an application, in a process of its own. */
export class FleetMember {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(port: number, prometheusUrl: string): Promise<FleetMember> {
    const child = fork(join(PROCESSES, 'fleet-member.ts'), [String(port), prometheusUrl], {
      execArgv: ['--require', join(PROCESSES, 'register-typescript.js')],
    });
    await once(child, 'message');
    return new FleetMember(child, port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** As the scraper calls it. */
  get instance(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Returns when it is done. */
  async work(work: FleetWork): Promise<void> {
    this.child.send(work);
    await once(this.child, 'message');
  }

  async json<Document = MetricsDocument>(path = ''): Promise<Document> {
    const response = await fetch(`${this.url}/metrics${path}`, { headers: { accept: 'application/json' } });
    return (await response.json()) as Document;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.kill('SIGKILL')) await once(this.child, 'exit');
  }
}
