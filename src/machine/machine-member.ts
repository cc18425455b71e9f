import { existsSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { closeDirectory, openDirectory, type MachineIdentity } from './machine-directory';
import { addressOf, listMembers, stateBy, type MemberFile } from './member-file';
import { MemberSocket } from './member-socket';
import { askPeer, type PeerResponse } from './peer-request';
import { removeMember, takeSlot } from './worker-slot';

/** One process of the machine, as it is named in answers. */
export interface MachineInstance {
  /** Its slot. */
  readonly worker: number;
  /** Whether it has answered. */
  readonly state: 'up' | 'silent';
  readonly pid: number;
  /** Null of one that is silent, as what follows. */
  readonly id: string | null;
  readonly hostname: string | null;
  readonly version: string | null;
}

/** What one process has answered. */
export interface MachinePart {
  readonly instance: MachineInstance;
  readonly body: readonly Buffer[];
}

/** What the processes have answered to one question, by slot. */
export interface MachineParts {
  /** Those that have answered. */
  readonly parts: readonly MachinePart[];
  /** All. */
  readonly instances: readonly MachineInstance[];
}

export interface MachineQuestion {
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The one slot that is wanted. @default all */
  readonly worker: number | undefined;
  readonly timeLimitMs: number | undefined;
  readonly signal: AbortSignal;
}

/** Answers another process of the machine with a part of its own. */
export type ServePart = (request: IncomingMessage, signal: AbortSignal) => Promise<readonly Buffer[]>;

export interface MemberSettings extends MachineIdentity {
  readonly instance: Pick<MachineInstance, 'id' | 'version'>;
}

/** How long an answer may take if the question sets no limit. */
const TIME_LIMIT_MS = 5_000;

/** How long an answer waits for its reader. */
const MAX_STALL_MS = 30_000;

const INSTANCE_HEADER = 'x-instance';

/** This process among those of its application on this machine: answers them and asks them. */
export class MachineMember {
  private readonly instance: Omit<MachineInstance, 'worker'>;
  private socket: MemberSocket | undefined;
  private directory: string | undefined;
  private slot: number | undefined;

  constructor(private readonly settings: MemberSettings) {
    this.instance = { state: 'up', pid: process.pid, hostname: hostname(), ...settings.instance };
  }

  /** Its slot, by which samples are told apart; undefined until it has joined. */
  get worker(): number | undefined {
    return this.slot;
  }

  /** Becomes one of them. @throws an error that says what to change, where it cannot */
  async join(serve: ServePart): Promise<void> {
    const onRequest = (request: IncomingMessage, response: ServerResponse) =>
      void this.answer(serve, request, response);
    const { directory, socket } = await openSocket(this.settings, onRequest);
    this.directory = directory;
    this.socket = socket;
    this.slot = await takeSlot(directory, socket);
  }

  async leave(): Promise<void> {
    const { socket, directory } = this;
    this.socket = undefined;
    await socket?.close();
    if (directory !== undefined) closeDirectory(directory);
  }

  /**
   * Asks all, itself included, at the same time. Those that have ended are not among the answers, those that hang are named.
   *
   * @throws when the signal aborts
   */
  async ask(question: MachineQuestion, ownPart: () => Promise<readonly Buffer[]>): Promise<MachineParts> {
    const { worker, signal } = question;
    const isWanted = (slot: number | undefined) => worker === undefined || slot === worker;
    const others = this.others().filter(({ slot }) => isWanted(slot));
    const own = isWanted(this.slot) ? [this.askItself(ownPart)] : [];
    const asked = await Promise.all([...own, ...others.map((member) => this.askOther(member, question))]);
    signal.throwIfAborted();
    const found = asked.filter((part) => part !== undefined);
    found.sort((a, b) => a.instance.worker - b.instance.worker);
    return {
      parts: found.flatMap(({ instance, body }) => (body === undefined ? [] : [{ instance, body }])),
      instances: found.map(({ instance }) => instance),
    };
  }

  private others(): MemberFile[] {
    const { directory, socket } = this;
    if (directory === undefined || socket === undefined) return [];
    return listMembers(directory).filter(({ name }) => !socket.isNamed(name));
  }

  private async askItself(ownPart: () => Promise<readonly Buffer[]>) {
    return { instance: { worker: this.slot ?? 0, ...this.instance }, body: await ownPart() };
  }

  /** Undefined of one that has ended. */
  private async askOther({ name, slot, pid, token }: MemberFile, question: MachineQuestion) {
    const directory = this.directory!;
    const { path, headers, signal, timeLimitMs = TIME_LIMIT_MS } = question;
    try {
      const address = addressOf(directory, name, token);
      const response = await askPeer({ address, path, headers, timeLimitMs, signal });
      return { instance: instanceOf(response, slot), body: response.body };
    } catch (error) {
      const state = stateBy(error);
      if (state === 'alive') return { instance: silentInstance({ worker: slot, pid }), body: undefined };
      if (state === 'ended') removeMember(directory, name);
      return undefined;
    }
  }

  private async answer(serve: ServePart, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const end = new AbortController();
    response.once('close', () => end.abort());
    // A process that stops reading would keep its answer in memory here.
    request.socket.setTimeout(MAX_STALL_MS, () => request.socket.destroy());
    // At once: it says that this process does not hang, however long the answer takes.
    response.writeHead(200, { [INSTANCE_HEADER]: encodeURIComponent(JSON.stringify(this.instance)) }).flushHeaders();
    try {
      await pipeline(Readable.from(await serve(request, end.signal)), response);
    } catch {
      response.destroy();
    }
  }
}

/** The last process to leave removes the directory, perhaps between our two steps. */
const ATTEMPTS = 10;

async function openSocket(settings: MemberSettings, onRequest: RequestListener) {
  for (let attempt = 1; ; attempt += 1) {
    const directory = openDirectory(settings);
    const socket = new MemberSocket(directory);
    try {
      await socket.open(onRequest);
      return { directory, socket };
    } catch (error) {
      if (attempt === ATTEMPTS || existsSync(directory)) throw error;
    }
  }
}

function instanceOf({ headers }: PeerResponse, worker: number): MachineInstance {
  const told = JSON.parse(decodeURIComponent(String(headers[INSTANCE_HEADER]))) as Omit<MachineInstance, 'worker'>;
  return { ...told, worker, state: 'up' };
}

/** Names a process that has not answered, or whose answer cannot be read. */
export function silentInstance({ worker, pid }: Pick<MachineInstance, 'worker' | 'pid'>): MachineInstance {
  return { worker, state: 'silent', pid, id: null, hostname: null, version: null };
}
