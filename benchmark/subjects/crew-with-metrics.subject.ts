import { MetricsModule } from 'nestjs-agent-metrics';
import type { SubjectFactory } from '../harness/subject';
import { startCrew } from './crew.app';

export const start: SubjectFactory = () => startCrew([MetricsModule.forRoot()]);
