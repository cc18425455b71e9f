import type { AgentOptions } from '../declaring/execution-options';
import { classAgentSpec } from '../declaring/execution-spec';
import { trackingDecorator } from './tracking-decorator';

/**
 * Tracks a method as an agent, or on a class its `run` method. A call counts from its beginning to its real end: when
 * the promise settles, the stream is read, the Observable completes. A generator that is not iterated and a query
 * that is not awaited never begin, and are not counted.
 *
 * The caller gets the object that the method returned; in place of a promise it gets another of the same class. A
 * frozen object cannot be watched and counts when it is returned.
 *
 * @param options the agent's id, or options. Without an id the name of the class is the id; for an inherited method,
 *   that of the subclass
 * @throws TypeError when the class is loaded, if there is no such method, or it was compiled without
 *   `experimentalDecorators`
 *
 * @example
 * @TrackAgent('researcher')
 * async run(question: string) { ... }
 */
export function TrackAgent(options?: string | AgentOptions): MethodDecorator & ClassDecorator {
  return trackingDecorator({
    decorator: 'TrackAgent',
    kind: 'agent',
    methods: typeof options === 'object' ? options.methods : undefined,
    specFor: (type) => classAgentSpec(options, type),
  });
}
