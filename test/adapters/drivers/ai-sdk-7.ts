import { agentMetricsTelemetry, type AgentMetricsTelemetry } from 'nestjs-agent-metrics/ai-sdk';
import type { Driver } from '../kit/driver';
import { BROKEN, ERROR_TYPES, playWith, type AdaptedCall } from './ai-sdk';

/** What the options of a call have since AI SDK 7. */
interface TelemetryCall extends AdaptedCall {
  readonly telemetry: { readonly functionId: string; readonly integrations: readonly AgentMetricsTelemetry[] };
}

/** AI SDK 7, by its telemetry. */
export const aiSdk7: Driver = {
  name: 'AI SDK 7',
  counts: ['agents', 'tools', 'models'],
  provider: 'fake',
  errorTypes: ERROR_TYPES,
  deviations: { 'a stream that breaks': BROKEN },
  play: playWith((call, run, { tracked, twice }): TelemetryCall => {
    const times = tracked ? (twice ? 2 : 1) : 0;
    const integrations = Array.from({ length: times }, () => agentMetricsTelemetry());
    return { ...call, telemetry: { functionId: run.script.agent, integrations } };
  }),
};
