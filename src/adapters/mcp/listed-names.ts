import { processWide } from '../../runtime/process-wide';
import { signalOf, type McpRequest, type RequestHandlers } from './mcp-server-like';
import type { ServerList, TrackedMethod } from './tracked-methods';
import { matchesTemplate } from './uri-template';

/** The name of what the server does not list: clients could fill the metrics with names otherwise. */
const UNLISTED = '__other__';

/** A server that asks others for its list may take long; the first call of a tool must not wait for that. */
const LISTED_WITHIN_MS = 100;

/** Lists come in pages, and a faulty one has no last. */
const MAX_PAGES = 20;

/** Further ones have no series of their own. */
const MAX_NAMES = 2_000;

/**
 * What servers have listed, by the method of the list. Of all servers together: over HTTP there may be a server for each
 * request, which would have to be asked each time.
 */
const listed = processWide('mcp-listed', () => new Map<string, Set<string>>());

/** Names what clients of one server ask for, by the lists that it gives to its clients. */
export class ListedNames {
  private readonly asking = new Map<TrackedMethod, Promise<void>>();

  constructor(private readonly handlers: RequestHandlers) {}

  /** The label of a request. A promise only where the server has yet to be asked. */
  labelOf(method: TrackedMethod, request: McpRequest, context: unknown): string | Promise<string> {
    const subject = method.subject(request.params ?? {});
    if (typeof subject !== 'string') return method.prefix + UNLISTED;
    const known = find(method, subject);
    if (known !== undefined) return method.prefix + known;
    return this.ask(method, request, context).then(() => method.prefix + (find(method, subject) ?? UNLISTED));
  }

  /** One answer serves all who wait for it. */
  private ask(method: TrackedMethod, request: McpRequest, context: unknown): Promise<void> {
    let asking = this.asking.get(method);
    if (asking === undefined) {
      const answered = Promise.all(method.lists.map((list) => this.learn(list, request, context)));
      asking = withinMilliseconds(answered, LISTED_WITHIN_MS).finally(() => this.asking.delete(method));
      this.asking.set(method, asking);
    }
    return asking;
  }

  /** A server that does not answer lists nothing. */
  private async learn(list: ServerList, request: McpRequest, context: unknown): Promise<void> {
    try {
      for await (const name of this.namesOn(list, request, context)) {
        const names = namesOf(list);
        if (names.size < MAX_NAMES) names.add(name);
      }
    } catch {
      // It says so to the client that asks.
    }
  }

  private async *namesOn({ method, items, key }: ServerList, request: McpRequest, context: unknown) {
    const handler = this.handlers.get(method);
    let cursor: unknown;
    for (let page = 0; handler !== undefined && page < MAX_PAGES; page += 1) {
      const params = { _meta: request.params?.['_meta'], ...(cursor === undefined ? {} : { cursor }) };
      if (signalOf(context)?.aborted) return;
      const answer = (await handler({ ...request, method, params }, context)) as Record<string, unknown>;
      for (const item of answer[items] as Record<string, unknown>[]) yield String(item[key]);
      cursor = answer['nextCursor'];
      if (cursor === undefined) return;
    }
  }
}

function find({ lists }: TrackedMethod, subject: string): string | undefined {
  for (const list of lists) {
    const names = namesOf(list);
    if (names.has(subject)) return subject;
    if (list.key !== 'uriTemplate') continue;
    for (const template of names) if (matchesTemplate(template, subject)) return template;
  }
  return undefined;
}

function namesOf({ method }: ServerList): Set<string> {
  let names = listed.get(method);
  if (names === undefined) listed.set(method, (names = new Set()));
  return names;
}

/** Goes on after so long, whether or not there is an answer. It rejects never. */
function withinMilliseconds(answer: Promise<unknown>, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds).unref();
    void answer.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
