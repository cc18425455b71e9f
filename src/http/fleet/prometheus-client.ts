import type { FleetOptions } from './dashboard-options';
import { FleetFault } from './fleet-fault';
import type { FleetMoments } from './fleet-range';
import { type FleetSeries, readAnswer } from './prometheus-answer';

/** A fleet of 500 instances with 90 points each answers with about 1.5 MB. Parsing a longer one would block the event loop. */
const MAX_ANSWER_BYTES = 2_097_152;

/** Asks a server with the HTTP API of Prometheus. */
export class PrometheusClient {
  private readonly url: URL;
  private readonly headers: Headers;

  constructor({ prometheusUrl, prometheusHeaders = {} }: FleetOptions) {
    const { url, authorization } = splitCredentials(new URL(prometheusUrl));
    this.url = url;
    this.headers = new Headers({ accept: 'application/json', ...authorization });
    for (const [name, value] of Object.entries(prometheusHeaders)) this.headers.set(name, value);
  }

  /** As it is at one moment. @throws FleetFault, or the reason of the signal */
  value(query: string, { now }: FleetMoments, signal: AbortSignal): Promise<FleetSeries[]> {
    return this.ask('query', { query, time: String(now) }, signal);
  }

  /** For each point of a range. @throws FleetFault, or the reason of the signal */
  course(query: string, { start, end, step }: FleetMoments, signal: AbortSignal): Promise<FleetSeries[]> {
    const times = { start: String(start), end: String(end), step: String(step) };
    return this.ask('query_range', { query, ...times }, signal);
  }

  private async ask(route: string, parameters: Record<string, string>, signal: AbortSignal): Promise<FleetSeries[]> {
    const url = new URL(this.url);
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/${route}`;
    for (const [name, value] of Object.entries(parameters)) url.searchParams.append(name, value);
    return readAnswer(await this.read(url, signal));
  }

  private async read(url: URL, signal: AbortSignal): Promise<string> {
    try {
      // Not followed: a header that opens this server is for no other one.
      const response = await fetch(url, { headers: this.headers, redirect: 'manual', signal });
      const text = await readText(response);
      if (response.status !== 200) throw faultOf(response.status, text);
      return text;
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof FleetFault ? error : new FleetFault('unreachable', messageOf(error));
    }
  }
}

/** `fetch` refuses an address with credentials in it. */
function splitCredentials(given: URL): { url: URL; authorization?: Record<string, string> } {
  const url = new URL(given);
  url.username = '';
  url.password = '';
  url.hash = '';
  if (given.username === '' && given.password === '') return { url };
  const credentials = `${decodeURIComponent(given.username)}:${decodeURIComponent(given.password)}`;
  return { url, authorization: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } };
}

function faultOf(status: number, text: string): FleetFault {
  const isRefused = status === 401 || status === 403;
  return new FleetFault(isRefused ? 'refused' : 'bad_answer', `It answers with status ${status}.${explanation(text)}`);
}

/** Prometheus says what is wrong with a query. */
function explanation(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === 'string' ? ` It says: ${error.slice(0, 200)}` : '';
  } catch {
    return '';
  }
}

/** @throws FleetFault where it is too long */
async function readText({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) throw new FleetFault('bad_answer', `It is longer than ${MAX_ANSWER_BYTES} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** `fetch` always fails with the same message; its cause says why. */
function messageOf(error: unknown): string {
  const { cause = error } = error as Error;
  return cause instanceof Error ? cause.message : String(cause);
}
