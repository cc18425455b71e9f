import type { AsyncLocalStorage } from 'node:async_hooks';
import type { ApplicationLink, ObjectOwner } from './application-link';
import type { ExecutionSpec } from '../wrapping/execution-spec';
import type { LiveExecution } from '../execution/live-execution';

/** What a decorator said of one method. */
interface MethodSpec {
  readonly method: string | symbol;
  readonly spec: ExecutionSpec;
}

/** What all applications of the process, and all copies of this package in it, have in common. */
interface SharedState {
  /** Which application made an object, or which ones provide it. */
  readonly owners: WeakMap<object, ObjectOwner>;
  /** The links that are ours: a testing module's mocker may inject something else under our token. */
  readonly genuine: WeakSet<object>;
  /** What decorators said of the methods of a class (by its prototype) and of its static ones (by the class). */
  readonly specs: WeakMap<object, MethodSpec[]>;
  /** Applications that have started and not closed. */
  readonly live: Set<ApplicationLink>;
  /** Made by the first execution that needs it: it costs every `await` of the process a little. */
  context: AsyncLocalStorage<LiveExecution | undefined> | undefined;
}

const KEY = Symbol.for('nestjs-agent-metrics@1');
const holder = globalThis as { [KEY]?: SharedState };

export const shared: SharedState = (holder[KEY] ??= {
  owners: new WeakMap(),
  genuine: new WeakSet(),
  specs: new WeakMap(),
  live: new Set(),
  context: undefined,
});
