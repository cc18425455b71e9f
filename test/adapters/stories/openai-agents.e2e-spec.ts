import { openAiAgents, openAiAgentsWithClient } from '../drivers/openai-agents';
import { describeDriver } from '../kit/describe-driver';

describeDriver(openAiAgents('chat completions'));
describeDriver(openAiAgents('responses'));
describeDriver(openAiAgentsWithClient('chat completions'));
describeDriver(openAiAgentsWithClient('responses'));
