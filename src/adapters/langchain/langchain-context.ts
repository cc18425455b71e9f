import { bridgeContext } from '../../tracking/adapting/context-bridge';
import { executionOfRun } from './langchain-runs';

/** LangChain's own async context, of which its CommonJS and ESM copies share one. */
const CONTEXT = Symbol.for('ls:tracing_async_local_storage');
/** Under this key the context holds what is passed on to the runs inside the current one. */
const CHILD_CONFIG = Symbol.for('lc:child_config');
/** Under this one, what is passed on to the contexts inside the current one. */
const VARIABLES = Symbol.for('lc:context_variables');
const ENCLOSING_RUN = 'nestjs_agent_metrics_run';

interface Store {
  readonly extra?: { readonly [CHILD_CONFIG]?: { readonly callbacks?: { readonly _parentRunId?: string } } };
  [VARIABLES]?: { readonly [ENCLOSING_RUN]?: string };
}

/** Decorated code inside a tool, or inside a graph's node, is a child of that. LangChain's callbacks cannot enter our context. */
export function bridgeLangChain(): void {
  bridgeContext('langchain', () => executionOfRun(currentRunId()));
}

/** The run in whose context the caller is. */
export function currentRunId(): string | undefined {
  return runIn(currentStore());
}

/**
 * Passes the current run on to the contexts inside its own: a graph that is given handlers enters a context of its own before
 * it tells them that it begins, and has forgotten then where it was called.
 */
export function passOnRun(): void {
  const store = currentStore();
  const run = runIn(store);
  if (store !== undefined && run !== undefined) store[VARIABLES] = { ...store[VARIABLES], [ENCLOSING_RUN]: run };
}

function runIn(store: Store | undefined): string | undefined {
  return store?.extra?.[CHILD_CONFIG]?.callbacks?._parentRunId ?? store?.[VARIABLES]?.[ENCLOSING_RUN];
}

function currentStore(): Store | undefined {
  const context = (globalThis as { [CONTEXT]?: { getStore?(): Store | undefined } })[CONTEXT];
  return context?.getStore?.();
}
