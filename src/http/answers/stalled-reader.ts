import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/** How long a client may read nothing of its answer; Prometheus gives up a whole scrape after ten seconds. */
export const MAX_STALL_MS = 10_000;

/**
 * Closes the connection of a client that reads nothing for a while, and would keep its answer in memory for as long as it
 * likes. The socket sees what arrives, so that a slow reader may take its time.
 */
export function endWhenStalled(response: ServerResponse): void {
  const { socket } = response;
  // A response that is injected has none, and one that waits behind others of its connection gets it with its turn.
  if (!(socket instanceof Socket)) return;
  const before = socket.timeout ?? 0;
  if (before > 0 && before <= MAX_STALL_MS) return;
  socket.setTimeout(MAX_STALL_MS);
  response.once('timeout', () => response.destroy());
  // First, so that the server's own time for a connection between two requests is set after it.
  response.prependOnceListener('finish', () => socket.setTimeout(before));
}
