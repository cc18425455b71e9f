export { trackedOpenAI, type OpenAIClient, type TrackedOpenAIOptions } from './tracked-openai';
