import { once } from 'node:events';
import { createServer } from 'node:net';
import { StartupError } from './startup.error';

const REASONS: Record<string, string> = {
  EADDRINUSE: 'something else listens there',
  EACCES: 'it takes more rights than you have',
};

/**
 * Fails where `port` cannot be had. Asked before the application is built, since Nest would log the failure on its own
 * and only after the documents were indexed.
 *
 * @throws StartupError
 */
export async function assertFreePort(port: number): Promise<void> {
  const server = createServer();
  try {
    await once(server.listen(port), 'listening');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new StartupError(`Port ${port} cannot be used, ${REASONS[code] ?? code}: set PORT to another one.`);
  }
  await new Promise((closed) => server.close(closed));
}
