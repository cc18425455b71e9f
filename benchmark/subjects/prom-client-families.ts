import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { BUCKETS, FAMILIES } from '../harness/subject';

/** The families of the benchmark, as a user who knows prom-client would declare them. */
export function promClientFamilies(registry = new Registry()) {
  const registers = [registry];
  return {
    registry,
    executions: new Counter({
      name: FAMILIES.executions,
      help: 'Finished tool executions.',
      labelNames: ['agent', 'tool', 'status'],
      registers,
    }),
    durations: new Histogram({
      name: FAMILIES.durations,
      help: 'Duration of tool executions.',
      labelNames: ['agent', 'tool'],
      buckets: BUCKETS,
      registers,
    }),
    inProgress: new Gauge({
      name: FAMILIES.inProgress,
      help: 'Tool executions in progress.',
      labelNames: ['agent', 'tool'],
      registers,
    }),
  };
}

export type PromClientFamilies = ReturnType<typeof promClientFamilies>;
