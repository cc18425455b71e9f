import { langChainAnthropic, langChainOpenAI, langChainResponses } from '../drivers/langchain';
import { describeDriver } from '../kit/describe-driver';

describeDriver(langChainOpenAI);
describeDriver(langChainResponses);
describeDriver(langChainAnthropic);
