import type { ServerResponse } from 'node:http';
import { keepShapes } from '../../runtime/kept-shapes';
import type { IdleEnd } from './idle-end';

/** What ends an execution beside its function: a limit, the response of a handler, or that nothing is heard of a handle. */
export class OutsideEnds {
  /** The response that a handler was given, with which it ends where the handler leaves it open. */
  response: Pick<ServerResponse, 'writableEnded' | 'writableFinished' | 'destroyed'> | undefined = undefined;
  /** Ends what a handle began, should nothing show that it goes on. */
  idleEnd: IdleEnd | undefined = undefined;

  /** What it was not allowed to begin for. */
  refusal: Error | undefined = undefined;
  /** It was refused and is not made. */
  isUnmade = false;

  get isResponseOpen(): boolean {
    return this.response !== undefined && !this.response.writableEnded;
  }
}

keepShapes(new OutsideEnds());
