import { bridgeContext } from '../../tracking/adapting/context-bridge';
import { executionOfRun } from './langchain-runs';

/** LangChain's own async context, of which its CommonJS and ESM copies share one. */
const CONTEXT = Symbol.for('ls:tracing_async_local_storage');
/** Under this key the context holds what is passed on to the runs inside the current one. */
const CHILD_CONFIG = Symbol.for('lc:child_config');

interface AsyncContext {
  getStore?(): { readonly extra?: Readonly<Record<symbol, ChildConfig | undefined>> } | undefined;
}

interface ChildConfig {
  readonly callbacks?: { readonly _parentRunId?: string };
}

/** Decorated code inside a tool, or inside a graph's node, stands under that. LangChain's callbacks cannot enter our context. */
export function bridgeLangChain(): void {
  bridgeContext('langchain', () => executionOfRun(currentRunId()));
}

function currentRunId(): string | undefined {
  const context = (globalThis as Readonly<Record<symbol, AsyncContext | undefined>>)[CONTEXT];
  return context?.getStore?.()?.extra?.[CHILD_CONFIG]?.callbacks?._parentRunId;
}
