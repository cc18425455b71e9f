import { TrackTool } from 'nestjs-agent-metrics';
import type { SubjectFactory } from '../harness/subject';
import { startThousandMethods } from './thousand-methods';

export const start: SubjectFactory = () => startThousandMethods((name) => TrackTool(name));
