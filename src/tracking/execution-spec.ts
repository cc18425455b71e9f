import { normaliseName } from '../collection/execution-name';
import type { ExecutionKind } from '../collection/execution-status';
import { OTHER_NAME } from '../collection/series-limit';

/** A name, or how to find it in the arguments of a call. */
export type ExecutionName = string | ((...args: never[]) => string);

/** Options of `@TrackAgent` and of everything that tracks an agent. */
export interface AgentOptions {
  /**
   * The label under which the agent is counted, or a function of the call's arguments that returns it.
   * @default the class's name
   */
  readonly id?: ExecutionName;
  /** The display name. @default the id */
  readonly name?: string;
  /** Ids that get series of their own where `id` is a function; others are counted as `__other__`. @default all */
  readonly allowed?: readonly string[];
  /** On a class: the methods to track. @default ['run'] */
  readonly methods?: readonly string[];
}

/** Options of `@TrackTool` and of everything that tracks a tool. */
export interface ToolOptions {
  /**
   * The label under which the tool is counted, or a function of the call's arguments that returns it.
   * @default the method's name
   */
  readonly name?: ExecutionName;
  /** Attributes the tool to this agent whatever agent runs. @default the running agent */
  readonly agent?: string;
  /** Names that get series of their own where `name` is a function; others are counted as `__other__`. @default all */
  readonly allowed?: readonly string[];
  /** On a class: the methods to track. @default ['run'] */
  readonly methods?: readonly string[];
}

/** What a decorator or a function says of the executions that it tracks, made regular once. */
export interface ExecutionSpec {
  readonly kind: ExecutionKind;
  /** Resolves the name for one call. */
  readonly nameOf: (args: readonly unknown[]) => string;
  /** For a call whose name function failed. */
  readonly fallbackName: string;
  /**
   * The name, where a decorator gives it as a constant. Such names are finite, unlike those of functions, which can be
   * made at any time with any name.
   */
  readonly declaredName: string | undefined;
  readonly displayName: string | undefined;
  /** The agent that a tool names for itself. */
  readonly agent: string | undefined;
}

/** Where a spec comes from: a decorator's constant names are declared. */
export type SpecOrigin = 'decorator' | 'function';

export function agentSpec(options: string | AgentOptions = {}, fallback: string, origin: SpecOrigin): ExecutionSpec {
  const { id, name, allowed } = typeof options === 'string' ? ({ id: options } as AgentOptions) : options;
  return { kind: 'agent', ...naming(id, fallback, allowed, origin), displayName: labelOf(name), agent: undefined };
}

export function toolSpec(options: string | ToolOptions = {}, fallback: string, origin: SpecOrigin): ExecutionSpec {
  const { name, agent, allowed } = typeof options === 'string' ? ({ name: options } as ToolOptions) : options;
  return { kind: 'tool', ...naming(name, fallback, allowed, origin), displayName: undefined, agent: labelOf(agent) };
}

function naming(
  name: ExecutionName | undefined,
  fallback: string,
  allowed: readonly string[] | undefined,
  origin: SpecOrigin,
): Pick<ExecutionSpec, 'nameOf' | 'fallbackName' | 'declaredName'> {
  const fallbackName = labelOf(fallback) ?? 'anonymous';
  if (typeof name !== 'function') {
    const constant = labelOf(name) ?? fallbackName;
    return {
      fallbackName: constant,
      declaredName: origin === 'decorator' ? constant : undefined,
      nameOf: () => constant,
    };
  }
  const ofArguments = name as (...args: readonly unknown[]) => unknown;
  const places = allowed && new Set(allowed.map(normaliseName));
  const nameOf = (args: readonly unknown[]) => {
    const found = labelOf(ofArguments(...args)) ?? fallbackName;
    return places === undefined || places.has(found) ? found : OTHER_NAME;
  };
  return { fallbackName, declaredName: undefined, nameOf };
}

/** An empty name is as none, and so is what is no text. */
function labelOf(name: unknown): string | undefined {
  return typeof name === 'string' && name !== '' ? normaliseName(name) : undefined;
}
