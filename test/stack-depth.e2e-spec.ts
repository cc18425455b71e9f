import { runProgram } from './processes/run-program';

interface Report {
  readonly undecorated: number;
  readonly tracked: number;
  readonly inProgress: Readonly<Record<string, number>>;
}

/** In a process of its own: how deep a function can call itself depends on what already stands on the stack. */
describe('the stack', () => {
  let report: Report;

  beforeAll(async () => {
    report = await runProgram('stack-depth');
  }, 60_000);

  it('lets a tracked function call itself at least a quarter as often as an undecorated one', () => {
    expect(report.tracked).toBeGreaterThan(report.undecorated / 4);
  });

  it('leaves nothing in progress where it overflows, however little was left as the call began', () => {
    expect(report.inProgress).toEqual({
      deep: 0,
      'takes 0': 0,
      'takes 5': 0,
      'takes 30': 0,
      'takes Infinity': 0,
      next: 0,
    });
  });
});
