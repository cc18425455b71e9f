import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

export interface Command {
  readonly command: readonly [program: string, ...args: string[]];
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program with all that it starts in turn, and all that they print. */
export class Child {
  output = '';
  private readonly process;
  private readonly ended: Promise<unknown>;

  constructor(private readonly options: Command) {
    const [program, ...args] = options.command;
    // A process group of its own, so that what it starts ends with it.
    this.process = spawn(program, args, {
      cwd: options.folder,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.ended = once(this.process, 'close');
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** @returns the exit code; `null` when it had to be stopped after that many milliseconds */
  async end(milliseconds: number): Promise<number | null> {
    const deadline = setTimeout(() => this.kill(), milliseconds);
    await this.ended.finally(() => clearTimeout(deadline));
    return this.process.exitCode;
  }

  /** Returns once `condition` holds. @throws with what it printed, when it ends before, or takes too long */
  async until(what: string, condition: () => boolean | Promise<boolean>, milliseconds = 60_000): Promise<void> {
    const deadline = performance.now() + milliseconds;
    while (!(await condition())) {
      if (!this.isRunning) throw this.failure('ended');
      if (performance.now() > deadline) throw this.failure(`${what}: not within ${milliseconds} ms`);
      await wait(100);
    }
  }

  async stop(): Promise<void> {
    this.kill();
    await this.ended;
  }

  failure(what: string): Error {
    return new Error(`${this.options.command.join(' ')}: ${what}.\n${this.output}`);
  }

  private kill(): void {
    if (this.isRunning && this.process.pid !== undefined) process.kill(-this.process.pid, 'SIGKILL');
  }
}

/** Runs a command to its end. @returns what it printed @throws with what it printed, when it fails or takes too long */
export async function run(options: Command, milliseconds = 240_000): Promise<string> {
  const child = new Child(options);
  const code = await child.end(milliseconds);
  if (code === null) throw child.failure(`did not end within ${milliseconds} ms`);
  if (code !== 0) throw child.failure(`ended with code ${code}`);
  return child.output;
}

/** Starts a server, waits until `url` answers, and ends it after `use`. */
export async function withServer(options: Command, url: string, use: () => Promise<void>): Promise<void> {
  const child = new Child(options);
  try {
    await child.until(`${url} answers`, () =>
      fetch(url).then(
        () => true,
        () => false,
      ),
    );
    await use();
  } finally {
    await child.stop();
  }
}
