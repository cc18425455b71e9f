import { trackedOpenAI } from 'nestjs-agent-metrics/openai';
import type { SubjectFactory } from '../harness/subject';
import { ask, offlineOpenAI } from './offline-openai';
import { inAgent } from './sdk-calls';

/** A client that the adapter tracks. */
export const start: SubjectFactory = () => {
  const client = trackedOpenAI(offlineOpenAI());
  return inAgent(() => () => ask(client), { models: 1 });
};
