import { runProgram } from './processes/run-program';

/** In a process of its own: Jest has applications of other tests. */
it('switches the async context off with the last application, and on again with the next', async () => {
  expect(await runProgram('idle-context')).toEqual([0, 'search', 1, null, 'search', 2]);
}, 60_000);
