import { AsyncLocalStorage } from 'node:async_hooks';
import type { SubjectFactory, Tool } from '../harness/subject';

type Query = (text: string) => Promise<number>;

const context = new AsyncLocalStorage<object>();
const direct = (query: Query, text: string) => query(text);
const inContext = (query: Query, text: string) => context.run({}, query, text);

function floorTool(call: typeof direct): Tool {
  class FloorTool implements Tool {
    query(text: string): Promise<number> {
      const start = performance.now();
      const end = (): void => {
        if (performance.now() < start) throw new Error('The clock goes backwards.');
      };
      return call(this.own, text).then(
        (result) => {
          end();
          return result;
        },
        (error: unknown) => {
          end();
          throw error;
        },
      );
    }

    private readonly own = async (text: string): Promise<number> => text.length;
  }
  return new FloorTool();
}

/** The least that following a call can cost: two readings of the clock and a promise. Nothing is counted. */
export const start: SubjectFactory = async ({ tools, options }) => {
  const hasContext = options.asyncContext !== false;
  return {
    tools: tools.map(() => floorTool(hasContext ? inContext : direct)),
    runAgent: hasContext ? (fn) => context.run({}, fn) : undefined,
    async close() {},
  };
};
