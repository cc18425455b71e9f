import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { processWide } from '../runtime/process-wide';

/** A scrape is one short request: who takes longer to ask does not want an answer. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 5_000 };

export interface PortAddress {
  readonly port: number;
  readonly host: string;
}

/** What listens on a port of its own, for an application of this process. */
interface PortTenant {
  readonly server: Server;
  readonly port: number;
  /** Resolves when the application begins to close. */
  readonly closing: Promise<void>;
}

/** Of all applications in the process, whichever copy of this package they have. */
const tenants = processWide('ports', () => new Set<PortTenant>());

/**
 * A server that listens, until it closes. When `closing` has resolved, another application of this process may have the port:
 * on hot reload the new application starts while the old one still closes, and Nest does not wait for that.
 *
 * @throws an error that suggests a port for each of several processes, where the port is taken
 */
export async function openServer(
  address: PortAddress,
  onRequest: RequestListener,
  closing: Promise<void>,
): Promise<Server> {
  const server = await listen(address, onRequest)
    .catch(async (error: NodeJS.ErrnoException) => {
      const isFree = error.code === 'EADDRINUSE' && (await takeOver(address.port));
      if (!isFree) throw error;
      return listen(address, onRequest);
    })
    .catch((error: NodeJS.ErrnoException) => {
      throw describeFailure(error, address);
    });
  const tenant = { server, port: (server.address() as AddressInfo).port, closing };
  tenants.add(tenant);
  server.once('close', () => tenants.delete(tenant));
  return server;
}

function listen({ port, host }: PortAddress, onRequest: RequestListener): Promise<Server> {
  const server = createServer(TIMEOUTS, onRequest);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Exclusive: the processes of a cluster would share the port, and a scraper would see one at random.
    server.listen({ port, host, exclusive: true }, () => resolve(server.off('error', reject)));
  });
}

/** How long to wait for the old application to say that it closes: its own hooks run before ours. */
const PATIENCE_MS = 2_000;

/** Whether an application of this process has given the port up. Requests under way are still answered there. */
async function takeOver(port: number): Promise<boolean> {
  const tenant = [...tenants].find((candidate) => candidate.port === port);
  if (tenant === undefined) return false;
  const patience = setTimeout(PATIENCE_MS, false, { ref: false });
  const isClosing = await Promise.race([tenant.closing.then(() => true), patience]);
  if (!isClosing) return false;
  tenants.delete(tenant);
  tenant.server.close();
  return true;
}

function describeFailure(error: NodeJS.ErrnoException, { port, host }: PortAddress): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new Error(
    `MetricsModule: the port ${port} of ${host} (option "listen") is taken. If several processes run on one machine, ` +
      'give each its own: 9464 + Number(process.env.NODE_APP_INSTANCE ?? 0).',
    { cause: error },
  );
}
