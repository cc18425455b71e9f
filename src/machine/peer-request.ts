import { request, type IncomingMessage } from 'node:http';
import { losePatienceAfter } from './patience';

/** A process that does not begin to answer within it is silent. */
const BEGIN_WITHIN_MS = 500;

export interface PeerRequest {
  readonly address: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long the whole answer may take. */
  readonly timeLimitMs: number;
  readonly signal: AbortSignal;
}

export interface PeerResponse {
  readonly headers: IncomingMessage['headers'];
  readonly body: readonly Buffer[];
}

/** Asks another process. @throws where it does not answer in time, or `signal` aborts */
export async function askPeer({ address, path, headers, timeLimitMs, signal }: PeerRequest): Promise<PeerResponse> {
  const asked = request({ socketPath: address, path, headers, signal, agent: false });
  const giveUp = () => asked.destroy(new Error('The process does not answer.'));
  const cancelLimit = losePatienceAfter(timeLimitMs, giveUp);
  const cancelBeginning = losePatienceAfter(BEGIN_WITHIN_MS, giveUp);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      asked.once('response', resolve).on('error', reject).end();
    });
    cancelBeginning();
    const body: Buffer[] = [];
    for await (const chunk of response) body.push(chunk as Buffer);
    return { headers: response.headers, body };
  } finally {
    cancelBeginning();
    cancelLimit();
  }
}
