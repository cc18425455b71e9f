import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { MetricsRequest } from '../answers/metrics-answer';
import { respond } from '../answers/metrics-response';
import type { MetricsRoute } from '../answers/metrics-route';
import type { MetricsSource } from '../answers/metrics-source';
import { answerWhenAdmitted } from './admitted-answer';

/** The injection token of what the answers are made from. */
export const METRICS_SOURCE = Symbol('METRICS_SOURCE');

/** The injection token of what is told of a fault that no client is told of. */
export const ON_ANSWER_FAULT = Symbol('ON_ANSWER_FAULT');

/** Says which route a handler stands for. */
export const METRICS_ROUTE = 'nestjs-agent-metrics@1:route';

/** Has the route of the handler answer. A guard, since it is asked whatever interceptors do: see `answerWhenAdmitted`. */
@Injectable()
export class MetricsResponseGuard implements CanActivate {
  constructor(@Inject(METRICS_SOURCE) private readonly source: MetricsSource) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<MetricsRequest>();
    const route = Reflect.getMetadata(METRICS_ROUTE, context.getHandler()) as MetricsRoute;
    answerWhenAdmitted(context, (response) => respond(response, request, route, this.source));
    return true;
  }
}
