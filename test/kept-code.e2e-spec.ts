import type { KeptCode } from './processes/kept-code';
import { runProgram } from './processes/run-program';

/** In a process of its own: how much V8 compiles depends on what else has run. */
it.each(['the defaults', 'nothing kept', 'everything on'])(
  'goes on with what V8 has compiled for it after a full collection that finds nothing in progress: %s',
  async (options) => {
    const { compiled, forgotten } = await runProgram<KeptCode>('kept-code', options);
    expect(compiled).toBeGreaterThan(100);
    expect(forgotten).toEqual([]);
  },
);
