export { trackedAnthropic, type AnthropicClient, type TrackedAnthropicOptions } from './tracked-anthropic';
