import { wrapLanguageModel } from 'ai';
import { agentMetricsMiddleware, trackedTools } from 'nestjs-agent-metrics/ai-sdk';
import type { SubjectFactory } from '../harness/subject';
import { generate, offlineChatModel, weather } from './offline-chat-model';
import { inAgent } from './sdk-calls';

/** The adapter's middleware around the model, and its tools. */
export const start: SubjectFactory = () => {
  const model = wrapLanguageModel({ model: offlineChatModel(), middleware: agentMetricsMiddleware() });
  const tools = trackedTools({ weather: weather() });
  return inAgent(() => () => generate(model, tools), { models: 2, tools: 1 });
};
