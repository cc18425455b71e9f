import { openaiChat, openaiResponses } from '../drivers/openai';
import { describeDriver } from '../kit/describe-driver';

describeDriver(openaiChat);
describeDriver(openaiResponses);
