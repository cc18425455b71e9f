import type { ServerResponse } from 'node:http';
import type { LiveExecution } from './live-execution';

type AnyWrite = (this: unknown, ...args: unknown[]) => boolean;

/** Node's response, in what Express or Fastify give a handler; undefined for anything else. */
function rawResponseOf(given: unknown): ServerResponse | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const raw: unknown = (given as { raw?: unknown }).raw ?? given;
  const { once, write, writableEnded } = raw as Partial<ServerResponse>;
  const isResponse = typeof once === 'function' && typeof write === 'function' && typeof writableEnded === 'boolean';
  return isResponse ? (raw as ServerResponse) : undefined;
}

/**
 * Lets an execution end with the response that its handler was given, should the handler return before it has ended the
 * response. What is written meanwhile are its chunks.
 *
 * @param given the response as Express or Fastify have it
 */
export function followResponse(execution: LiveExecution, given: unknown): void {
  const raw = rawResponseOf(given);
  if (raw === undefined) return;
  execution.ends.response = raw;
  raw.once('finish', () => execution.responseClosed());
  raw.once('close', () => execution.responseClosed());
  const write = Reflect.get(raw, 'write') as AnyWrite;
  raw.write = function (this: unknown, ...args: unknown[]) {
    execution.host.faults.guard('response', () => execution.chunk(args[0]));
    return write.apply(this, args);
  };
}
