import { Logger } from '@nestjs/common';
import type { Execution, MetricsRootOptions } from '../index';
import type { DemoConfig } from './demo.config';

/** The embedded model runs on what is there anyway. */
const FREE = { inputPerMillion: 0, outputPerMillion: 0 };

const logger = new Logger('Tools');

/** How the crew is measured: `/metrics` has all else by default. */
export function metricsOptions({ metricsToken, timeouts, openAi }: DemoConfig): MetricsRootOptions {
  return {
    bearerToken: metricsToken,
    measurePayloads: true,
    timeouts,
    pricing: () => (openAi ? openAi.price : FREE),
    onExecution: logFailedTool,
  };
}

/** The crew answers in spite of a tool that failed, so nobody else logs it. */
function logFailedTool({ kind, toolName, agentId, status, errorType, durationMs, requestId }: Execution): void {
  if (kind !== 'tool' || status === 'success' || status === 'cancelled') return;
  logger.warn(`${toolName} of ${agentId}: ${errorType} after ${Math.round(durationMs)} ms (request ${requestId})`);
}
