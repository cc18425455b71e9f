import { runProgram } from '../processes/run-program';

type Report = Record<string, { readonly untracked: string[]; readonly tracked: string[] }>;

/** In a process of its own: Jest catches what nobody else does. */
describe('A failure of a client', () => {
  it('reaches the process where it would untracked', async () => {
    const report = await runProgram<Report>('unawaited-clients');
    for (const [use, { untracked, tracked }] of Object.entries(report))
      expect([use, tracked]).toEqual([use, untracked]);
    expect(report['messages: nothing']!.tracked).toEqual(['BadRequestError']);
    expect(report['messages: it is handled']!.tracked).toEqual([]);
    expect(Object.keys(report)).toHaveLength(24);
  });
});
