import { ExecutionTimeoutError, type ExecutionHandle } from '../../index';
import { withinLimit } from './within-limit';

/** As another copy of this package makes it. */
class ForeignTimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly kind = 'tool';

  constructor(readonly executionName: string) {
    super('The tool took too long.');
  }
}

describe('withinLimit', () => {
  let controller: AbortController;
  let handle: ExecutionHandle;

  beforeEach(() => {
    controller = new AbortController();
    handle = {
      kind: 'tool',
      name: 'search',
      signal: controller.signal,
      run: (fn: () => unknown) => fn(),
    } as ExecutionHandle;
  });

  const never = new Promise<string>(() => {});

  it.each([
    ['ours', new ExecutionTimeoutError('tool', 'search', 10, false)],
    ['another copy of this package', new ForeignTimeoutError('search')],
  ])('rejects at a limit of %s', async (_whose, reason) => {
    const call = withinLimit(handle, () => never);
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  it.each([
    ['the limit of the agent around it', new ExecutionTimeoutError('agent', 'crew', 10, false)],
    ['the limit of another tool', new ForeignTimeoutError('weather')],
    ['an abort without a reason', undefined],
    ['an abort with nothing', null],
  ])('waits for the call where %s aborts it', async (_what, reason) => {
    let answer = (_text: string): void => {};
    const call = withinLimit(handle, () => new Promise<string>((resolve) => (answer = resolve)));
    controller.abort(reason);
    answer('found');
    await expect(call).resolves.toBe('found');
  });
});
