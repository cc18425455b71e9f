import './own-package';
import { createRequire } from 'node:module';
import { Logger } from '@nestjs/common';
import type * as example from '../../examples/otlp-handler';

/** Three invocations, as a platform makes them that freezes the process in between. */
async function main(endpoint: string): Promise<void> {
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint;
  Logger.overrideLogger(false);
  // It makes its exporter as it is loaded.
  const { handler } = createRequire(__filename)('../../examples/otlp-handler') as typeof example;
  const answers = [];
  for (const question of ['one', 'two', 'three']) answers.push(await handler({ question }));
  process.stdout.write(JSON.stringify(answers));
}

void main(process.argv[2]!);
