import type { SubjectFactory } from '../harness/subject';
import { startAsk } from './ask.app';

export const start: SubjectFactory = () => startAsk('intercepted');
