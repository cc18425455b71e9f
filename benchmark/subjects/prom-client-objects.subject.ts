import type { SubjectFactory } from '../harness/subject';
import { start as startPromClient } from './prom-client.subject';

/** prom-client, whose JSON is a tree of objects that has not been made text yet. */
export const start: SubjectFactory = async (setup) => {
  const { registry, ...subject } = await startPromClient(setup);
  return { ...subject, document: () => registry.getMetricsAsJSON() };
};
