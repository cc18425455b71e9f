import { anthropic } from '../drivers/anthropic';
import { describeDriver } from '../kit/describe-driver';

describeDriver(anthropic);
