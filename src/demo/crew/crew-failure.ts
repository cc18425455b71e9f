import { GatewayTimeoutException } from '@nestjs/common';
import { ExecutionTimeoutError } from '../../index';
import { ToolError } from '../tools/tool.error';

/** What the client is told: that an agent reached its limit is no bug, and trying again may help. */
export function toClientError(error: unknown): unknown {
  return error instanceof ExecutionTimeoutError ? new GatewayTimeoutException(error.message, { cause: error }) : error;
}

/** What a tool's failure says in the answer; undefined for what the crew cannot answer in spite of. */
export function toolFailureText(error: unknown): string | undefined {
  if (error instanceof ToolError) return error.message;
  if (!(error instanceof ExecutionTimeoutError) || error.kind !== 'tool') return undefined;
  return error.sequence
    ? `all tools together have taken longer than ${error.limitMs} ms`
    : `it has taken longer than ${error.limitMs} ms`;
}
