import { collectDefaultMetrics, Registry } from 'prom-client';

const KEY = Symbol.for('nestjs-agent-metrics@1:process');
const holder = globalThis as { [KEY]?: Registry };

/**
 * prom-client's process metrics, collected once per process and shared by all applications: each collection leaves
 * observers behind that can never be taken back.
 */
export function processMetrics(): Registry {
  if (holder[KEY] === undefined) {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    holder[KEY] = registry;
  }
  return holder[KEY];
}
