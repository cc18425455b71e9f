import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

const DEADLINE_MS = 30_000;

/** A real server that a test has started, and stops. */
export class ServerProcess {
  private constructor(
    private readonly command: string,
    private readonly child: ChildProcess,
  ) {}

  /** Returns once `readyUrl` answers well. @throws where the command is not installed, or is not ready for half a minute */
  static async start(command: string, options: readonly string[], readyUrl: string): Promise<ServerProcess> {
    const child = spawn(command, options, { stdio: ['ignore', 'ignore', 'inherit'] });
    await once(child, 'spawn');
    const server = new ServerProcess(command, child);
    try {
      await server.eventually('ready', async () => (await fetch(readyUrl)).ok);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Returns once `condition` holds. @throws when it has not for half a minute */
  async eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!(await condition().catch(() => false))) {
      if (this.child.exitCode !== null) throw new Error(`${this.command} ended with code ${this.child.exitCode}.`);
      if (performance.now() > deadline) throw new Error(`${this.command}: not ${what} within ${DEADLINE_MS} ms.`);
      await setTimeout(100);
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.kill('SIGKILL')) await once(this.child, 'exit');
  }
}

/** A port of the loopback interface that nobody uses just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
