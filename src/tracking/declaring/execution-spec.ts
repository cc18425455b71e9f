import { normaliseName } from '../../collection/executions/execution-name';
import type { ExecutionKind } from '../../collection/executions/execution-status';
import type { DeclaredNames } from '../../collection/series/declared-names';
import { OTHER_NAME } from '../../collection/series/series-limit';
import { catchRejection } from '../../runtime/thenable';
import { areAdapted } from './adapted-options';
import type { AgentOptions, ExecutionName, ToolOptions } from './execution-options';
import type { ModelOptions, ReportedUsage } from './model-options';

/** What a decorator or a function says of the executions that it tracks, made regular once. */
export interface ExecutionSpec {
  readonly kind: ExecutionKind;
  /** Finds the name for one call; undefined where the name is a constant. */
  readonly nameOf: ((args: readonly unknown[]) => string) | undefined;
  /** The constant name, or that of a call whose name function failed. */
  readonly fallbackName: string;
  /**
   * The name, where a decorator gives it as a constant. Such names are finite, unlike those of functions, which can be
   * made at any time with any name.
   */
  readonly declaredName: string | undefined;
  /** All names that a decorator gives: the constant one, or those that a function may return. */
  readonly declaredNames: readonly string[];
  readonly displayName: string | undefined;
  /** The agent that a tool names for itself. */
  readonly agent: string | undefined;
  /** Milliseconds; 0 for none whatever the module says, undefined for what it says. */
  readonly timeoutMs: number | undefined;
  readonly provider: string | undefined;
  readonly firstChunk: ((chunk: unknown) => boolean) | undefined;
  readonly until: ((result: unknown) => unknown) | undefined;
  /** What a subclass counts as, where a decorator gives no name and that of the class counts. */
  readonly ofClass: ((type: Function) => ExecutionSpec) | undefined;
  /** Finds a model's tokens in a result. */
  readonly usage: ((result: unknown) => ReportedUsage) | undefined;
  /** An adapter tracks the tool: one of the same name inside it is the same call. */
  readonly isAdapted: boolean;
}

/** Where a spec comes from: a decorator's constant names are declared. */
export type SpecOrigin = 'decorator' | 'function';

export function agentSpec(
  options: string | AgentOptions = {},
  fallback: string,
  origin: SpecOrigin,
  ofClass?: ExecutionSpec['ofClass'],
): ExecutionSpec {
  const given: AgentOptions = typeof options === 'string' ? { id: options } : options;
  return {
    kind: 'agent',
    ...naming(given.id, fallback, given.allowed, origin),
    displayName: labelOf(given.name),
    agent: undefined,
    provider: undefined,
    usage: undefined,
    timeoutMs: limitOf(given.timeoutMs, origin),
    firstChunk: given.firstChunk as ExecutionSpec['firstChunk'],
    until: given.until as ExecutionSpec['until'],
    ofClass,
    isAdapted: false,
  };
}

/**
 * An agent that a decorator or an interceptor declares for the methods of a class. Without a name it has that of the
 * class, and in each subclass that inherits it, that of the subclass.
 */
export function classAgentSpec(options: string | AgentOptions = {}, type: Function): ExecutionSpec {
  const id = typeof options === 'string' ? options : options.id;
  if (typeof id === 'function' || labelOf(id) !== undefined) return agentSpec(options, type.name, 'decorator');
  const specs = new WeakMap<Function, ExecutionSpec>();
  const ofClass = (subclass: Function): ExecutionSpec => {
    let spec = specs.get(subclass);
    if (spec === undefined) {
      const name = labelOf(subclass.name) ?? type.name;
      specs.set(subclass, (spec = agentSpec(options, name, 'decorator', ofClass)));
    }
    return spec;
  };
  return ofClass(type);
}

export function toolSpec(options: string | ToolOptions = {}, fallback: string, origin: SpecOrigin): ExecutionSpec {
  const given: ToolOptions = typeof options === 'string' ? { name: options } : options;
  return {
    kind: 'tool',
    ...naming(given.name, fallback, given.allowed, origin),
    displayName: undefined,
    agent: labelOf(given.agent),
    provider: undefined,
    usage: undefined,
    timeoutMs: limitOf(given.timeoutMs, origin),
    firstChunk: undefined,
    until: given.until as ExecutionSpec['until'],
    ofClass: undefined,
    isAdapted: areAdapted(given),
  };
}

export function modelSpec<Result, Args extends readonly unknown[]>(
  options: string | ModelOptions<Result, Args> = {},
  fallback: string,
): ExecutionSpec {
  const given: ModelOptions<Result, Args> = typeof options === 'string' ? { model: options } : options;
  return {
    kind: 'model',
    ...naming(given.model as ExecutionName | undefined, fallback, given.allowed, 'function'),
    displayName: undefined,
    agent: undefined,
    provider: labelOf(given.provider),
    usage: given.usage as ExecutionSpec['usage'],
    timeoutMs: undefined,
    firstChunk: given.firstToken as ExecutionSpec['firstChunk'],
    until: given.until as ExecutionSpec['until'],
    ofClass: undefined,
    isAdapted: false,
  };
}

/** A decorator's mistake shows when its class is loaded; a call must not fail for one in a function's options. */
function limitOf(timeoutMs: number | undefined, origin: SpecOrigin): number | undefined {
  if (timeoutMs === undefined || (typeof timeoutMs === 'number' && timeoutMs >= 0)) return timeoutMs;
  if (origin === 'decorator') throw new TypeError(`timeoutMs is ${timeoutMs}; it must be milliseconds, 0 for none.`);
  return undefined;
}

function naming(
  name: ExecutionName | undefined,
  fallback: string,
  allowed: readonly string[] | undefined,
  origin: SpecOrigin,
): Pick<ExecutionSpec, 'nameOf' | 'fallbackName' | 'declaredName' | 'declaredNames'> {
  const fallbackName = labelOf(fallback) ?? 'anonymous';
  const declare = (names: readonly string[]) => (origin === 'decorator' ? names : []);
  if (typeof name !== 'function') {
    const constant = labelOf(name) ?? fallbackName;
    const declaredNames = declare([constant]);
    return { fallbackName: constant, declaredName: declaredNames[0], declaredNames, nameOf: undefined };
  }
  const ofArguments = name as (...args: readonly unknown[]) => unknown;
  const places = allowed && new Set(allowed.map(normaliseName));
  const nameOf = (args: readonly unknown[]) => {
    const answer = ofArguments(...args);
    if (catchRejection(answer, () => {})) throw new TypeError('A name must be returned at once and not by a promise.');
    const found = labelOf(answer) ?? fallbackName;
    return places === undefined || places.has(found) ? found : OTHER_NAME;
  };
  return { fallbackName, declaredName: undefined, declaredNames: declare([...(places ?? [])]), nameOf };
}

/** Gives the names that a decorator names a place of their own; those that are constant are known from then on. */
export function declareNames(
  { kind, nameOf, fallbackName, declaredName, declaredNames, displayName, agent }: ExecutionSpec,
  names: DeclaredNames,
) {
  if (kind === 'model' && nameOf === undefined) names.models.add(fallbackName);
  for (const name of declaredNames) {
    if (kind === 'tool') names.addTool(name, declaredName && agent);
    else if (declaredName === undefined) names.reserveAgent(name);
    else names.addAgent(name, displayName ?? name);
  }
}

/** Treats anything but a non-empty string as no name. */
export function labelOf(name: unknown): string | undefined {
  return typeof name === 'string' && name !== '' ? normaliseName(name) : undefined;
}
