import { tool } from 'ai';
import { trackedTool } from 'nestjs-agent-metrics';
import type { SubjectFactory } from '../harness/subject';
import { generate, offlineChatModel, weather } from './offline-chat-model';
import { inAgent } from './sdk-calls';

type TextResult = Awaited<ReturnType<typeof generate>>;

const call = {
  model: 'gpt-x',
  provider: 'offline',
  usage: ({ totalUsage: { inputTokens, outputTokens } }: TextResult) => ({ inputTokens, outputTokens }),
};

/** `trackModel` around the whole, both calls of the model as one, and `trackedTool` in the tool. */
export const start: SubjectFactory = () => {
  const { inputSchema, execute } = weather();
  const tools = { weather: tool({ inputSchema, execute: trackedTool('weather', execute!) }) };
  const model = offlineChatModel();
  return inAgent((tracker) => () => tracker.trackModel(call, async () => generate(model, tools)), {
    models: 1,
    tools: 1,
  });
};
