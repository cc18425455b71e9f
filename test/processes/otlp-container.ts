import './own-package';
import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import { bootstrap } from '../../examples/otlp';
import { startExecution } from '../../src';

/** Is told to end while an agent runs. */
async function main(endpoint: string): Promise<void> {
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, PORT: '0' });
  Logger.overrideLogger(false);
  await bootstrap();
  startExecution({ kind: 'agent', id: 'crew' });
  process.kill(process.pid, 'SIGTERM');
  await once(process, 'exit');
}

process.once('exit', (code) => process.stdout.write(String(code)));
void main(process.argv[2]!);
