import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { startSoakApp } from './soak.app';

const ROUNDS = 20;

/** Another process of the same application. */
export class Neighbour {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(directory: string): Promise<Neighbour> {
    const child = fork(__filename, [directory]);
    const [url] = (await once(child, 'message')) as [string];
    return new Neighbour(child, url);
  }

  /** Ends it as a deployment does, or as the system does where memory is short. */
  async end(how: 'close' | 'kill'): Promise<void> {
    const ended = once(this.child, 'exit');
    if (how === 'close') this.child.send('close');
    else this.child.kill('SIGKILL');
    await ended;
  }
}

/** What the child does. */
async function main(directory: string): Promise<void> {
  process.once('disconnect', () => process.exit());
  const app = await startSoakApp(directory);
  for (let round = 1; round <= ROUNDS; round += 1) await app.work(round);
  process.once('message', () => void app.close().then(() => process.disconnect()));
  process.send!(app.url);
}

if (require.main === module) void main(process.argv[2]!);
