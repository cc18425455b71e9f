import { types } from 'node:util';
import type { ExecutionKind } from '../../collection/executions/execution-status';
import { isPromising, type CallStyle } from './call-style';
import type { DeclaredCall } from './declared-call';

/** What a call is counted as. */
interface NamedCall {
  readonly kind: ExecutionKind;
  readonly name: string;
}

/** Names that are remembered: a model may invent them. */
const MAX_NAMES = 4_096;

/**
 * What results have been so far: nothing but native promises with nothing of their own, nothing but promises, no promise at
 * all, or some of each.
 */
type SeenResults = 'plain promises' | 'promises' | 'others' | 'mixed';

/**
 * The styles that only a result tells: a plain function may return a promise. Known by the function, and because that can be
 * made anew for each request, by the name of a tool or an agent. That of a model tells nothing: it has many functions.
 */
export class SeenStyles {
  private readonly ofFunctions = new WeakMap<DeclaredCall, SeenResults>();
  private readonly ofNames: Readonly<Partial<Record<ExecutionKind, Map<string, SeenResults>>>> = {
    agent: new Map(),
    tool: new Map(),
  };

  /** Looks at what a call returned. */
  see({ kind, name }: NamedCall, call: DeclaredCall, result: unknown): void {
    // The promise of an async function is always new.
    const seen = call.style === 'async function' ? 'plain promises' : seenIn(result);
    const names = this.ofNames[kind];
    if (call.style === 'sync') note(this.ofFunctions, call, seen);
    if (names !== undefined && (names.size < MAX_NAMES || names.has(name))) note(names, name, seen);
  }

  /** The style of a call, by all that is known of it. */
  styleOf({ kind, name }: NamedCall, call: DeclaredCall): CallStyle {
    if (call.style !== 'sync') return call.style;
    const seen = this.ofFunctions.get(call) ?? 'mixed';
    const known = seen === 'mixed' ? this.ofNames[kind]?.get(name) : seen;
    return known === 'plain promises' || known === 'promises' ? 'promise' : 'sync';
  }

  /** Whether the caller gets the same where the function runs later: nothing else would do for one that it has returned before. */
  canWait(call: DeclaredCall): boolean {
    return isPromising(call.style) || this.ofFunctions.get(call) === 'plain promises';
  }
}

function seenIn(result: unknown): SeenResults {
  if (!types.isPromise(result)) return 'others';
  const isPlain =
    Object.getPrototypeOf(result) === Promise.prototype && Object.getOwnPropertyNames(result).length === 0;
  return isPlain ? 'plain promises' : 'promises';
}

interface KnownResults<Key> {
  get(key: Key): SeenResults | undefined;
  set(key: Key, seen: SeenResults): unknown;
}

function note<Key>(known: KnownResults<Key>, key: Key, seen: SeenResults): void {
  const before = known.get(key);
  if (before === seen) return;
  known.set(key, before === undefined ? seen : mix(before, seen));
}

function mix(...seen: readonly SeenResults[]): SeenResults {
  return seen.every((results) => results.endsWith('promises')) ? 'promises' : 'mixed';
}
