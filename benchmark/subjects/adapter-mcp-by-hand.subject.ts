import { trackedTool } from 'nestjs-agent-metrics';
import type { SubjectFactory } from '../harness/subject';
import { connect, forecast, offlineServer } from './offline-mcp';
import { inAgent } from './sdk-calls';

/** `trackedTool` around the tool. */
export const start: SubjectFactory = async () => {
  const { call } = await connect(offlineServer(trackedTool('forecast', forecast)));
  return inAgent(() => call, { tools: 1 });
};
