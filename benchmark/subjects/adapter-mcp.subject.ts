import { trackedMcpServer } from 'nestjs-agent-metrics/mcp';
import type { SubjectFactory } from '../harness/subject';
import { connect, offlineServer } from './offline-mcp';
import { inAgent } from './sdk-calls';

/** A server that the adapter tracks. */
export const start: SubjectFactory = async () => {
  const { call } = await connect(trackedMcpServer(offlineServer()));
  return inAgent(() => call, { tools: 1 });
};
