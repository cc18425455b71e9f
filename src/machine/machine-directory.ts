import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, rmdirSync, type Stats } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { machineError } from './machine-error';

/** What makes processes one application. */
export interface MachineIdentity {
  /** @default the folder of the `package.json` nearest to the program */
  readonly application: string | undefined;
  /** Families with another first word cannot be added up. */
  readonly prefix: string;
  /** Where the directory is made. @default the system's temporary directory */
  readonly directory: string | undefined;
}

/** Processes of another version that tell other things do not meet. */
const PROTOCOL = 1;

const OTHERS_BITS = 0o077;

/**
 * The directory in which the processes of one application and one user meet, made unless it is there.
 *
 * @throws an error that says what to change, where it cannot be made or others may write it
 */
export function openDirectory(identity: MachineIdentity): string {
  const path = join(identity.directory ?? tmpdir(), `nestjs-agent-metrics-${userName()}-${keyOf(identity)}`);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw machineError(`the directory ${path} cannot be made (${(error as NodeJS.ErrnoException).code})`, error);
  }
  checkOwner(path, lstatSync(path));
  return path;
}

/** Leaves nothing behind when the last process has left. */
export function closeDirectory(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Another process is in it, or has removed it.
  }
}

/** In a temporary directory another user may have made it before us. */
function checkOwner(path: string, stats: Stats): void {
  if (!stats.isDirectory()) throw machineError(`${path} is not a directory`);
  if (process.getuid === undefined) return;
  if (stats.uid !== process.getuid()) throw machineError(`the directory ${path} belongs to another user`);
  if ((stats.mode & OTHERS_BITS) !== 0) throw machineError(`the directory ${path} is open to other users`);
}

/** A number where there is one: short, and never a name of two users. */
function userName(): string {
  return String(process.getuid?.() ?? hash(userInfo().username));
}

function keyOf({ application, prefix }: MachineIdentity): string {
  return hash(JSON.stringify([PROTOCOL, application ?? packageFolder(), prefix]));
}

/** Few characters, since the path of a socket has room for about a hundred. */
function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/**
 * By the program, not by the working directory, which several services may share. As it was called: a link to the present
 * release stays the same when it changes.
 */
function packageFolder(): string {
  const program = programPath();
  const start = program === undefined ? process.cwd() : dirname(program);
  let folder = start;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) return start;
    folder = parent;
  }
  return folder;
}

/** PM2 starts programs by one of its own, which all of its applications have in common. */
function programPath(): string | undefined {
  const path = process.argv[1];
  const isOfPm2 = path !== undefined && /[\\/]pm2[\\/]lib[\\/]ProcessContainer\w*\.js$/.test(path);
  return isOfPm2 ? (process.env['pm_exec_path'] ?? path) : path;
}
