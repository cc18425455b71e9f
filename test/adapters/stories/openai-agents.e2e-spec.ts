import { openAiAgents } from '../drivers/openai-agents';
import { describeDriver } from '../kit/describe-driver';

describeDriver(openAiAgents('chat completions'));
describeDriver(openAiAgents('responses'));
