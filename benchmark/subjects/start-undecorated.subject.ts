import type { SubjectFactory } from '../harness/subject';
import { startThousandMethods } from './thousand-methods';

export const start: SubjectFactory = () => startThousandMethods();
