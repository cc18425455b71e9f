import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { MetricsAnswers, MetricsRequest, MetricsRoute } from './metrics-answer';
import { MetricsListener } from './metrics-listener';
import { writeAnswer } from './metrics-response';
import type { MetricsResponse } from './metrics-response';

/** The injection token of what makes the answers. */
export const METRICS_ANSWERS = Symbol('METRICS_ANSWERS');

/** Says which answer a handler gives. */
export const METRICS_ROUTE = 'nestjs-agent-metrics@1:route';

/**
 * Writes the response. It is the last guard and not the handler, because interceptors of the application stand around
 * the handler: one that wraps would change the body, and one that caches would keep the second request waiting for
 * ever. Guards run before them, and what is sent is sent.
 */
@Injectable()
export class MetricsResponseGuard implements CanActivate {
  constructor(
    @Inject(METRICS_ANSWERS) private readonly answers: MetricsAnswers,
    private readonly listener: MetricsListener,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<MetricsRequest & { readonly url: string }>();
    // Routes are fixed before a factory can say that there is a listener of its own.
    if (this.listener.isConfigured) throw new NotFoundException(`Cannot GET ${request.url}`);
    const route = Reflect.getMetadata(METRICS_ROUTE, context.getHandler()) as MetricsRoute;
    await writeAnswer(http.getResponse<MetricsResponse>(), request, await this.answers[route](request));
    return true;
  }
}
