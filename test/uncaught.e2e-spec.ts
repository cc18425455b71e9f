import { runProgram } from './processes/run-program';

type Report = Record<string, { readonly untracked: string[]; readonly tracked: string[] }>;

const LOUD = ['unhandled rejection: nobody listens'];
const THROWN = ['uncaught exception: nobody listens'];

const expected: Record<string, string[]> = {
  'a promise': LOUD,
  'a promise that is chained': LOUD,
  'a promise that is handled': [],
  'a promise that is handled later in the same task': [],
  'a promise of a subclass': LOUD,
  'a promise of a subclass that is handled': [],
  'a query': LOUD,
  'an async generator': LOUD,
  'an Observable': THROWN,
  'a Readable that nobody has read': THROWN,
  'a Readable that is read': THROWN,
  'a Readable that is listened to': [],
  'a web stream': LOUD,
  'what until found': [],
};

/** In a process of its own: Jest catches what nobody else does. */
describe('a failure that nobody handles reaches the process as it would untracked:', () => {
  let report: Report;

  beforeAll(async () => {
    report = await runProgram('uncaught');
  }, 60_000);

  it.each(Object.entries(expected))('%s', (what, reported) => {
    expect(report[what]).toEqual({ untracked: reported, tracked: reported });
  });
});
