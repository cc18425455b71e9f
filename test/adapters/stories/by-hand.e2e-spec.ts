import { byHand } from '../drivers/by-hand';
import { describeDriver } from '../kit/describe-driver';

describeDriver(byHand);
