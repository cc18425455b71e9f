import { readdirSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';

/** A process, by the name of its file: the slot, the process id, and what tells two of one process apart. */
export interface MemberFile {
  readonly name: string;
  readonly slot: number;
  readonly pid: number;
  readonly token: string;
}

const NAME = /^(\d+)-(\d+)-([0-9a-f]+)$/;
const isWindows = process.platform === 'win32';

export function memberFileName(slot: number, token: string): string {
  return `${slot}-${process.pid}-${token}`;
}

/** Windows has no sockets in directories: there, the file names a pipe. */
export function addressOf(directory: string, name: string, token: string): string {
  return isWindows ? `\\\\.\\pipe\\nestjs-agent-metrics-${token}` : join(directory, name);
}

/** All that are there, living or not, by slot. */
export function listMembers(directory: string): MemberFile[] {
  const members = namesIn(directory).flatMap((name) => {
    const [, slot, pid, token] = NAME.exec(name) ?? [];
    return token === undefined ? [] : [{ name, slot: Number(slot), pid: Number(pid), token }];
  });
  return members.sort((a, b) => a.slot - b.slot);
}

/** Files of members without a slot that are older than a minute: a crash may have left them. */
export function listUnfinished(directory: string): string[] {
  return namesIn(directory).filter((name) => name.startsWith('.') && isOld(join(directory, name)));
}

const OLD_MS = 60_000;

function isOld(path: string): boolean {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return modified !== undefined && Date.now() - modified > OLD_MS;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** What has happened to the process behind a name: `moved` is one that has the name no more, and may take it again. */
export type MemberState = 'alive' | 'ended' | 'moved';

/**
 * Whether a process listens there. One that hangs or is stopped counts as alive: the system accepts connections for it.
 *
 * A file gets its name after its process listens, so a refused connection never means that the process is only starting.
 */
export function stateOf(address: string): Promise<MemberState> {
  return new Promise((resolve) => {
    const socket = createConnection(address);
    const settle = (state: MemberState) => {
      socket.destroy();
      resolve(state);
    };
    socket.once('connect', () => settle('alive'));
    socket.once('error', (error) => settle(stateBy(error)));
  });
}

/** What an error tells of who should be listening. */
export function stateBy(error: unknown): MemberState {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'ended';
  if (code !== 'ENOENT') return 'alive';
  // On Windows it is the pipe that does not exist.
  return isWindows ? 'ended' : 'moved';
}
