export { AgentMetricsCallbackHandler, type LangChainMetricsOptions } from './agent-metrics.callback-handler';
export { type CallbackManagerModule, instrumentLangChain } from './instrument-langchain';
