import { Logger } from '@nestjs/common';
import { processWide } from '../../runtime/process-wide';
import { guarded } from '../../tracking/adapting/guarded';
import {
  AgentMetricsCallbackHandler,
  HANDLER_NAME,
  type LangChainMetricsOptions,
} from './agent-metrics.callback-handler';

/** `@langchain/core/callbacks/manager`, as imported. */
export interface CallbackManagerModule {
  /** The class that holds the handlers of a run. */
  readonly CallbackManager: object;
}

interface CallbackManager {
  readonly handlers: readonly { readonly name?: string }[];
  addHandler(handler: AgentMetricsCallbackHandler, inherit: boolean): void;
}

interface CallbackManagerClass {
  new (): CallbackManager;
  /** Gathers the handlers of whatever begins. */
  _configureSync?: (this: unknown, ...given: unknown[]) => CallbackManager | undefined;
}

const instrumented = processWide('langchain-instrumented', () => new WeakSet<object>());

/**
 * Counts every run of LangChain and LangGraph, as if each had an `AgentMetricsCallbackHandler`. Call it once, in
 * `main.ts`, with the module that your code loads: `require` and `import` load two copies of it. A second call with
 * the same module has no effect.
 *
 * It never throws. With any other module it logs a warning and counts nothing.
 *
 * @param callbackManagerModule `@langchain/core/callbacks/manager`
 *
 * @example
 * import * as callbackManagerModule from '@langchain/core/callbacks/manager';
 *
 * instrumentLangChain(callbackManagerModule);
 */
export function instrumentLangChain(
  { CallbackManager }: CallbackManagerModule,
  options: LangChainMetricsOptions = {},
): void {
  const managers = CallbackManager as CallbackManagerClass;
  const configure = managers?._configureSync;
  if (configure === undefined) return new Logger('AgentMetrics').warn(WRONG_MODULE);
  if (instrumented.has(managers)) return;
  instrumented.add(managers);
  const handler = new AgentMetricsCallbackHandler(options);
  managers._configureSync = function (...given) {
    const manager = configure.apply(this, given);
    return guarded('langchain', () => withHandler(manager ?? new managers(), handler)) ?? manager;
  };
}

const WRONG_MODULE =
  'instrumentLangChain() did not receive "@langchain/core/callbacks/manager", or an unknown version of it. ' +
  'LangChain is not counted. Pass an AgentMetricsCallbackHandler to its calls.';

/** A manager is made anew for each run, so that nothing of the user's changes. */
function withHandler(manager: CallbackManager, handler: AgentMetricsCallbackHandler): CallbackManager {
  if (!manager.handlers.some(({ name }) => name === HANDLER_NAME)) manager.addHandler(handler, true);
  return manager;
}
