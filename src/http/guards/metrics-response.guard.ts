import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { openAnswers } from '../answers/answers.door';
import type { MetricsRequest } from '../answers/metrics-answer';
import type { RouteName } from '../answers/metrics-paths';
import type { MetricsSource } from '../answers/metrics-source';
import { answerWhenAdmitted } from './admitted-answer';

/** The injection token of what the answers are made from. */
export const METRICS_SOURCE = Symbol('METRICS_SOURCE');

/** The injection token of what is told of a fault that no client is told of. */
export const ON_ANSWER_FAULT = Symbol('ON_ANSWER_FAULT');

/** Tells the route of a handler, by its name. */
export const METRICS_ROUTE = 'nestjs-agent-metrics@1:route';

/** Has the route of the handler answer. A guard, since it is asked whatever interceptors do: see `answerWhenAdmitted`. */
@Injectable()
export class MetricsResponseGuard implements CanActivate {
  private readonly answers = openAnswers();

  constructor(@Inject(METRICS_SOURCE) private readonly source: MetricsSource) {}

  canActivate(context: ExecutionContext): boolean {
    const { respond, routeNamed } = this.answers;
    const request = context.switchToHttp().getRequest<MetricsRequest>();
    const route = routeNamed(Reflect.getMetadata(METRICS_ROUTE, context.getHandler()) as RouteName);
    answerWhenAdmitted(context, (response) => respond(response, request, route, this.source));
    return true;
  }
}
