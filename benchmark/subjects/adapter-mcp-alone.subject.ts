import type { SubjectFactory } from '../harness/subject';
import { connect, offlineServer } from './offline-mcp';
import { alone } from './sdk-calls';

export const start: SubjectFactory = async () => alone((await connect(offlineServer())).call);
