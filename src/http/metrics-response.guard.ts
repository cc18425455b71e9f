import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Inject, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { negotiateGzip } from './content-negotiation';
import type { MetricsAnswer, MetricsAnswers, MetricsRequest, MetricsRoute } from './metrics-answer';

/** The injection token of what makes the answers. */
export const METRICS_ANSWERS = Symbol('METRICS_ANSWERS');

/** Says which answer a handler gives. */
export const METRICS_ROUTE = 'nestjs-agent-metrics@1:route';

/** What an Express response and a Fastify reply have in common. */
interface MetricsResponse {
  status(code: number): unknown;
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
  send(body: Buffer): unknown;
}

const compress = promisify(gzip);

/**
 * Writes the response. It is the last guard and not the handler, because interceptors of the application stand around
 * the handler: one that wraps would change the body, and one that caches would keep the second request waiting for
 * ever. Guards run before them, and what is sent is sent.
 */
@Injectable()
export class MetricsResponseGuard implements CanActivate {
  constructor(@Inject(METRICS_ANSWERS) private readonly answers: MetricsAnswers) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = Reflect.getMetadata(METRICS_ROUTE, context.getHandler()) as MetricsRoute;
    const http = context.switchToHttp();
    const request = http.getRequest<MetricsRequest>();
    await send(http.getResponse<MetricsResponse>(), request, await this.answers[route](request));
    return true;
  }
}

async function send(response: MetricsResponse, request: MetricsRequest, answer: MetricsAnswer): Promise<void> {
  const body = Buffer.from(answer.body);
  const gzipped = negotiateGzip(String(request.headers['accept-encoding'] ?? ''), body.length);
  response.status(200);
  response.header('Content-Type', answer.contentType);
  response.header('Cache-Control', 'no-store');
  response.header('Vary', [response.getHeader('Vary'), 'Accept, Accept-Encoding'].filter(Boolean).join(', '));
  if (gzipped) response.header('Content-Encoding', 'gzip');
  // As bytes: Express would rewrite the content type of a text.
  response.send(gzipped ? await compress(body) : body);
}
