import { replaceMethod } from './replaced-method';
import type { StainlessCall } from './stainless-call';

/** What a client is asked to send: one object for all attempts of a request. */
interface RequestOptions {
  readonly signal?: AbortSignal;
}

/** The requests of one client, and to which of its calls they belong. */
export class ClientRequests {
  /** The call whose method runs, and has yet to ask for its request. */
  private asking: StainlessCall | undefined = undefined;
  private readonly calls = new WeakMap<RequestOptions, StainlessCall>();

  constructor(client: object) {
    const begins = (options: unknown): void => this.begins(options as PromiseLike<RequestOptions>);
    const calls = this.calls;
    replaceMethod(
      client,
      'request',
      (request) =>
        function (...args) {
          begins(args[0]);
          return request.apply(this, args);
        },
    );
    // What fails here fails the call as it is; what fails later, some take for a failure of the network, and try again.
    replaceMethod(
      client,
      'prepareOptions',
      (prepare) =>
        function (...args) {
          const admission = calls.get(args[0] as RequestOptions)?.mayBegin();
          return admission === undefined ? prepare.apply(this, args) : admission.then(() => prepare.apply(this, args));
        },
    );
    // The SDKs call it before each attempt.
    replaceMethod(
      client,
      'prepareRequest',
      (prepare) =>
        function (...args) {
          const { options } = (args[1] ?? {}) as { options?: RequestOptions };
          if (options !== undefined) calls.get(options)?.sends();
          return prepare.apply(this, args);
        },
    );
  }

  /** The request for which `send` asks belongs to the call. */
  belongTo<Result>(call: StainlessCall, send: () => Result): Result {
    const outer = this.asking;
    this.asking = call;
    try {
      return send();
    } finally {
      this.asking = outer;
    }
  }

  /** A client asks for a request at once, and the options of one may come later. */
  private begins(options: PromiseLike<RequestOptions>): void {
    const call = this.asking;
    this.asking = undefined;
    if (call === undefined) return;
    Promise.resolve(options).then(
      (known) => {
        call.signal = known.signal;
        this.calls.set(known, call);
      },
      // The client fails with it.
      () => {},
    );
  }
}
