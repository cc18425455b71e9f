import { runProgram } from './processes/run-program';

interface Observed {
  readonly unhandled: string[];
  readonly logged: string[];
  readonly ended: string[];
}

const places = [
  'classifyError',
  'classifyResult',
  'recordErrorMessages',
  'onExecution',
  'pricing',
  'the name of an agent',
  'the name of a tool',
  'the name of a model',
  'firstChunk',
  'firstToken',
  'until',
  'usage',
];

/** What is logged where a promise is no answer. */
const atOnce: Record<string, RegExp> = {
  classifyError: /^"classifyError" returned Promise, must answer at once/,
  classifyResult: /^"classifyResult" returned Promise, must answer at once/,
  recordErrorMessages: /^"recordErrorMessages" returned Promise, must answer at once/,
  firstChunk: /^"firstChunk" returned Promise, must answer at once/,
  firstToken: /^"firstChunk" returned Promise, must answer at once/,
};

/** In a process of its own: Jest catches what nobody else does. */
describe('a function of the user that answers too late, with', () => {
  let report: Record<string, Record<string, Observed>>;

  beforeAll(async () => {
    report = await runProgram('late-answers');
  }, 60_000);

  const answers = [
    'an async function that fails',
    'a promise of a subclass',
    'a thenable',
    'a function with a then',
    'a thenable that throws',
    'a promise whose then cannot be read',
  ];

  describe.each(answers)('%s,', (answer) => {
    it.each(places)('ends no process and harms no call, and is logged once at most: %s', (place) => {
      const { unhandled, logged, ended } = report[place]![answer]!;

      expect(unhandled).toEqual([]);
      expect(ended).toEqual(['error', 'success']);
      expect(logged.length).toBeLessThanOrEqual(1);
    });
  });

  it.each(Object.entries(atOnce))('is told to answer at once: %s', (place, message) => {
    expect(report[place]!['an async function that fails']!.logged).toEqual([expect.stringMatching(message)]);
    expect(report[place]!['a thenable']!.logged).toEqual([expect.stringMatching(message)]);
  });

  it.each(['onExecution', 'pricing', 'the name of an agent'])('is logged as a fault: %s', (place) => {
    for (const answer of answers) {
      expect(report[place]![answer]!.logged).toEqual([expect.stringMatching(/^Tracking failed at "/)]);
    }
  });
});
