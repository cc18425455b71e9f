import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ExecutionContext } from '@nestjs/common';
import { nodeResponse, type MetricsBody, type MetricsResponse } from '../answers/metrics-response';

interface FastifyReply extends MetricsResponse {
  readonly sent: boolean;
}

/**
 * A response of the application, on Express or Fastify, that is decided in a guard and sent when the interceptors have
 * run: what they put on every response, an id or a header, is on this one, too. If one of them has refused the request
 * in the meantime, that stands.
 */
export class LateResponse implements MetricsResponse {
  private readonly target: MetricsResponse;
  private readonly steps: (() => void)[] = [];

  constructor(
    context: ExecutionContext,
    private readonly onFault: (fault: unknown) => void,
  ) {
    const response = context.switchToHttp().getResponse<FastifyReply | ServerResponse>();
    this.target = 'raw' in response ? response : nodeResponse(response);
  }

  get raw(): ServerResponse {
    return this.target.raw;
  }

  status(code: number): void {
    this.steps.push(() => this.target.status(code));
  }

  getHeader(name: string): unknown {
    return this.target.getHeader(name);
  }

  header(name: string, value: string): void {
    this.steps.push(() => this.target.header(name, value));
  }

  /** Interceptors that do not wait for anything outside the process have run by then. */
  send(body: MetricsBody): void {
    this.steps.push(() => this.target.send(body));
    setImmediate(() => (this.isTooLate ? drop(body) : this.sendNow()));
  }

  /** Somebody else has answered, or nobody waits any more. */
  private get isTooLate(): boolean {
    return this.raw.headersSent || this.raw.destroyed || (this.target as Partial<FastifyReply>).sent === true;
  }

  private sendNow(): void {
    try {
      for (const step of this.steps) step();
    } catch (fault) {
      // No filter is there to answer any more, and nothing may be thrown here.
      this.onFault(fault);
      this.raw.destroy();
    }
  }
}

function drop(body: MetricsBody): void {
  if (body instanceof Readable) body.destroy();
}
