import { HttpException, Logger, type MessageEvent } from '@nestjs/common';
import { Observable, type Subscriber } from 'rxjs';
import type { CrewEvent } from './crew-event';
import { toClientError } from './crew-failure';

/** The crew's events as Nest sends them, and `error` where it fails. Who unsubscribes, stops the crew. */
export function toServerSentEvents(start: (signal: AbortSignal) => AsyncIterable<CrewEvent>): Observable<MessageEvent> {
  return new Observable((subscriber) => {
    const abort = new AbortController();
    void forward(start(abort.signal), subscriber);
    return () => abort.abort();
  });
}

async function forward(events: AsyncIterable<CrewEvent>, subscriber: Subscriber<MessageEvent>): Promise<void> {
  try {
    for await (const event of events) {
      if (subscriber.closed) return;
      subscriber.next(toMessage(event));
    }
  } catch (error) {
    if (!subscriber.closed) subscriber.next(toErrorMessage(toClientError(error)));
  }
  subscriber.complete();
}

function toMessage(event: CrewEvent): MessageEvent {
  const { type, ...data } = event;
  return { type, data: event.type === 'done' ? event.answer : data };
}

/** The status is long sent, so the failure is an event too. What it says of a bug is as much as a 500 would. */
function toErrorMessage(error: unknown): MessageEvent {
  if (error instanceof HttpException) {
    return { type: 'error', data: { statusCode: error.getStatus(), message: error.message } };
  }
  new Logger('Crew').error(error);
  return { type: 'error', data: { statusCode: 500, message: 'Internal server error' } };
}
