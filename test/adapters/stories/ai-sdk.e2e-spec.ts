import { aiSdk } from '../drivers/ai-sdk';
import { describeDriver } from '../kit/describe-driver';

describeDriver(aiSdk);
