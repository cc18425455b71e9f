import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { closeServer } from '../runtime/closed-server';
import { machineError } from './machine-error';
import { addressOf, memberFileName } from './member-file';

/** What the system has room for, on macOS, which has the least. */
const MAX_ADDRESS_BYTES = 103;

/** Room for the longest name that a member may take: five digits of a slot, seven of a process. */
const LONGEST_NAME = '12345-1234567-12345678';

/**
 * Where one process answers the others. It listens before it takes the name that others look for, so a name without a listener
 * always belongs to a process that has ended.
 */
export class MemberSocket {
  private readonly token = randomBytes(4).toString('hex');
  private readonly hiddenName = `.${this.token}`;
  private name = this.hiddenName;
  private server: Server | undefined;

  constructor(private readonly directory: string) {}

  /** @throws an error that says what to change, where it cannot listen there */
  async open(onRequest: RequestListener): Promise<void> {
    const address = addressOf(this.directory, this.hiddenName, this.token);
    this.checkLength();
    const server = createServer(onRequest);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      // Exclusive: else the processes of a cluster would share it.
      server.listen({ path: address, exclusive: true }, resolve);
    }).catch((error: NodeJS.ErrnoException) => {
      throw machineError(`a socket in ${this.directory} cannot be opened (${error.code})`, error);
    });
    // Later errors must not end the process, and answering others must not keep it.
    server
      .removeAllListeners('error')
      .on('error', () => {})
      .unref();
    if (address !== join(this.directory, this.hiddenName)) writeFileSync(join(this.directory, this.hiddenName), '');
    this.server = server;
  }

  /** Takes the name by which others find it. */
  publish(slot: number): void {
    this.rename(memberFileName(slot, this.token));
  }

  /** Gives it back. */
  hide(): void {
    this.rename(this.hiddenName);
  }

  isNamed(name: string): boolean {
    return this.name === name;
  }

  async close(): Promise<void> {
    rmSync(join(this.directory, this.name), { force: true });
    const { server } = this;
    this.server = undefined;
    if (server !== undefined) await closeServer(server);
  }

  private rename(name: string): void {
    renameSync(join(this.directory, this.name), join(this.directory, name));
    this.name = name;
  }

  private checkLength(): void {
    const longest = addressOf(this.directory, LONGEST_NAME, this.token);
    if (Buffer.byteLength(longest) <= MAX_ADDRESS_BYTES) return;
    throw machineError(`the path ${this.directory} is too long for a socket`);
  }
}
