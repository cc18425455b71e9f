import { MetricsModule } from 'nestjs-agent-metrics';
import type { SubjectFactory } from '../harness/subject';
import { startAsk } from './ask.app';

export const start: SubjectFactory = () => startAsk('decorated', [MetricsModule.forRoot()]);
