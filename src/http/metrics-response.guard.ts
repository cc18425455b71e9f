import { Inject, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { MetricsAnswers, MetricsRequest, MetricsRoute } from './metrics-answer';
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
  constructor(@Inject(METRICS_ANSWERS) private readonly answers: MetricsAnswers) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<MetricsRequest>();
    const route = Reflect.getMetadata(METRICS_ROUTE, context.getHandler()) as MetricsRoute;
    await writeAnswer(http.getResponse<MetricsResponse>(), request, await this.answers[route](request));
    return true;
  }
}
