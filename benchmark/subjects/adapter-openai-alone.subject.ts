import type { SubjectFactory } from '../harness/subject';
import { ask, offlineOpenAI } from './offline-openai';
import { alone } from './sdk-calls';

export const start: SubjectFactory = async () => {
  const client = offlineOpenAI();
  return alone(() => ask(client));
};
