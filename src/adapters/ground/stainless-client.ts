import { startExecution } from '../../index';
import { guarded } from '../../tracking/adapting/guarded';
import { isTracked } from '../../tracking/adapting/adapted-execution';
import { processWide } from '../../runtime/process-wide';
import { replaceMethod } from './replaced-method';
import type { AnswerReader } from './stainless-answer';
import { StainlessCall } from './stainless-call';
import { followResult } from './stainless-promise';
import { ClientRequests } from './stainless-requests';

/** What a request asks for. */
export type RequestBody = Readonly<Record<string, unknown>>;

/** A method of a client each call of which is a model call. */
export interface ModelMethod {
  /** From the client to the resource. */
  readonly resource: readonly string[];
  readonly method: string;
  /** Whether the answer to this request is the model's. @default every one */
  readonly counts?: (body: RequestBody) => boolean;
  /** Makes what reads the answer to one request. */
  readonly reader: (body: RequestBody) => AnswerReader;
}

/** A client that Stainless has generated. */
export interface StainlessClient {
  /** The function that tracks it, as users call it. */
  readonly entry: string;
  readonly methods: readonly ModelMethod[];
  /** Who serves it, unless its class says otherwise. */
  readonly provider: string;
  /** By the name of the client's class, or of a class from which that inherits. */
  readonly providers: Readonly<Record<string, string>>;
}

/** Those that are tracked, whatever copies of this package there are. */
const trackedClients = processWide('stainless-clients', () => new WeakSet<object>());

/**
 * Counts each call of the client's methods. A client that is tracked already stays as it is.
 *
 * @param provider of all its calls; by the client's class if left out
 */
export function trackClient<Client extends object>(
  kind: StainlessClient,
  client: Client,
  provider: string | undefined,
): Client {
  guarded(kind.entry, () => {
    if (trackedClients.has(client)) return;
    trackedClients.add(client);
    const requests = new ClientRequests(client);
    const served = provider ?? providerOf(client, kind);
    for (const method of kind.methods) trackMethod(client, kind.entry, method, served, requests);
    replaceMethod(
      client,
      'withOptions',
      (copy) =>
        function (...args) {
          return trackClient(kind, copy.apply(this, args) as object, provider);
        },
    );
  });
  return client;
}

function trackMethod(
  client: object,
  entry: string,
  { resource, method, counts = () => true, reader }: ModelMethod,
  provider: string,
  requests: ClientRequests,
): void {
  const begin = (body: RequestBody): StainlessCall | undefined => {
    if (!counts(body)) return undefined;
    const { model } = body;
    const isNamed = typeof model === 'string' && model !== '';
    const handle = startExecution({ kind: 'model', name: isNamed ? model : 'unknown', provider });
    return isTracked(handle) ? new StainlessCall(handle, { entry, provider, isNamed, read: reader(body) }) : undefined;
  };
  const owner = resource.reduce<unknown>((from, name) => (from as Record<string, unknown> | undefined)?.[name], client);
  if (typeof owner !== 'object' || owner === null) return;
  replaceMethod(
    owner,
    method,
    (send) =>
      function (...args) {
        const call = guarded(entry, () => begin(args[0] as RequestBody));
        return call === undefined
          ? send.apply(this, args)
          : makeCall(call, () => requests.belongTo(call, () => send.apply(this, args)));
      },
  );
}

function makeCall(call: StainlessCall, send: () => unknown): unknown {
  let result: unknown;
  try {
    result = call.handle.run(send);
  } catch (error) {
    call.failed(error);
    throw error;
  }
  call.guard(() => followResult(result, call));
  return result;
}

function providerOf(client: object, { provider, providers }: StainlessClient): string {
  let type: unknown = client.constructor;
  while (typeof type === 'function' && !Object.hasOwn(providers, type.name)) type = Object.getPrototypeOf(type);
  return typeof type === 'function' ? providers[type.name]! : provider;
}
