import type { ServerResponse } from 'node:http';
import { applyDecorators, Render, UseGuards, type CanActivate, type ExecutionContext, type Type } from '@nestjs/common';
import { nodeResponse, type MetricsResponse } from '../answers/node-response';
import { asHttpException } from './refused';

interface FastifyReply extends MetricsResponse {
  readonly sent: boolean;
}

/**
 * On a handler that a guard of ours answers. The guard is asked after those of the class, also after those that the
 * user's decorators add.
 */
export const AnsweredBy = (guard: Type<CanActivate>): MethodDecorator =>
  applyDecorators(Render('nestjs-agent-metrics'), UseGuards(guard));

/**
 * Answers when every interceptor of the application has admitted the request, before and after the handler and however
 * long it takes; never where one refuses. What they make of the result changes nothing.
 *
 * That moment is when Nest renders a view: it has waited for the result of the interceptors, has done so also where one of
 * them did not call the handler (a cache), and asks the response to render. So the handlers of ours are marked with
 * `@Render()`, and the response of this request gets a `render` (a `view` on Fastify) that answers. A failure of
 * it goes to the exception filters. The other places were too early or too late: a guard answers clients that an
 * interceptor would refuse, a handler with `@Res()` is not called when a cache answers, and a returned body is wrapped or cached.
 */
export function answerWhenAdmitted(
  context: ExecutionContext,
  answer: (response: MetricsResponse) => Promise<void>,
): void {
  const response = context.switchToHttp().getResponse<FastifyReply | ServerResponse>();
  const isReply = 'raw' in response;
  const target: MetricsResponse = isReply ? response : nodeResponse(response);
  const render = async (): Promise<void> => {
    if (isAnswered(target)) return;
    // Once more, after interceptors that say of every response how long it may be cached.
    target.header('Cache-Control', 'no-store');
    await answer(target).catch(throwAsHttpException);
    if (isReply) await ended(target.raw);
  };
  Object.assign(response, isReply ? { view: render } : { render });
}

function throwAsHttpException(error: unknown): never {
  throw asHttpException(error);
}

/** By an interceptor; or the client waits no longer. */
function isAnswered(response: MetricsResponse & { readonly sent?: boolean }): boolean {
  return response.raw.headersSent || response.raw.destroyed || response.sent === true;
}

/** Fastify sends an empty answer where a handler has returned before the first bytes of a stream are sent. */
async function ended(raw: ServerResponse): Promise<void> {
  if (raw.headersSent || raw.destroyed) return;
  await new Promise<unknown>((resolve) => raw.once('close', resolve));
}
