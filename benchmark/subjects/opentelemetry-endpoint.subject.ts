import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { SubjectFactory } from '../harness/subject';
import { start as startOpenTelemetry } from './opentelemetry.subject';

/** The exporter of OpenTelemetry, whose own server would insist on a port. */
export const start: SubjectFactory = async (setup) => {
  const { exporter, ...subject } = await startOpenTelemetry(setup);
  const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...subject,
    url: `http://127.0.0.1:${port}/metrics`,
    async close() {
      server.close();
      await subject.close();
    },
  };
};
