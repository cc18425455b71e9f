import type { SubjectFactory } from '../harness/subject';
import { generate, offlineChatModel, weather } from './offline-chat-model';
import { alone } from './sdk-calls';

export const start: SubjectFactory = async () => {
  const [model, tools] = [offlineChatModel(), { weather: weather() }];
  return alone(() => generate(model, tools));
};
