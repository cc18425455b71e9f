import { setTraceProcessors, setTracingDisabled, withAgentSpan, withTrace } from '@openai/agents';
import { startExecution } from 'nestjs-agent-metrics';
import { AgentMetricsTraceProcessor } from 'nestjs-agent-metrics/openai-agents';
import { startApplication } from '../support/live-application';

it('counts no agents of spans of which the SDK tells no processor of ours', async () => {
  setTracingDisabled(false);
  setTraceProcessors([]);
  new AgentMetricsTraceProcessor();
  const { collector, module } = await startApplication();
  const callTool = async () => startExecution({ kind: 'tool', name: 'search' }).end();
  await withTrace('test', () => withAgentSpan(callTool, { data: { name: 'crew' } }));
  expect(collector.getRunning()).toEqual([]);
  expect(collector.getHistory()).toMatchObject([{ kind: 'tool', agentId: undefined }]);
  await module.close();
});
