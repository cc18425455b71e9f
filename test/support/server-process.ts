import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const DEADLINE_MS = 60_000;

export interface ServerSetup {
  /** As Debian's packages name it. */
  readonly program: string;
  /** Its files, by their names in a new folder. */
  readonly files: Readonly<Record<string, string>>;
  /** Whatever else has to be there before it starts. */
  readonly prepare?: (folder: string) => void;
  readonly args: (folder: string, address: string) => readonly string[];
  /** Answers with 2xx once the server is ready. */
  readonly readyPath: string;
}

/** A real server on a free port of the loopback interface, in a folder of its own. */
export class ServerProcess {
  private constructor(
    private readonly program: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
    /** Without a slash at the end. */
    readonly url: string,
  ) {}

  static async start({ program, files, prepare, args, readyPath }: ServerSetup): Promise<ServerProcess> {
    const folder = mkdtempSync(join(tmpdir(), `${program}-`));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    prepare?.(folder);
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(program, args(folder, address), { stdio: ['ignore', 'ignore', 'inherit'] });
    await once(child, 'spawn');
    const server = new ServerProcess(program, child, folder, `http://${address}`);
    try {
      await server.eventually('ready', async () => (await fetch(server.url + readyPath)).ok);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Returns once `condition` holds. @throws when it has not for a minute */
  async eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!(await condition().catch(() => false))) {
      if (this.child.exitCode !== null) throw new Error(`${this.program} ended with code ${this.child.exitCode}.`);
      if (performance.now() > deadline) throw new Error(`${this.program}: not ${what} within ${DEADLINE_MS} ms.`);
      await setTimeout(100);
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.kill('SIGKILL')) await once(this.child, 'exit');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
