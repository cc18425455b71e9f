import type { Server } from 'node:http';

/** Resolves when it is closed. Connections that clients keep for a next request are ended. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
