import { docstringExamples, faultsOf } from './support/docstring-examples';

/** What must not pass, or nothing is shown by what passes. */
const WRONG = [
  "@TrackAgent({ idd: 'researcher' })\nasync run() {}",
  "classifyErrors: (error) => (error ? 'timeout' : undefined)",
  "trackedTool('weather')",
  "this.tracker.start({ kind: 'tool', id: 'browser' });",
].map((code) => ({ place: code, code }));

const examples = docstringExamples();
const faults = faultsOf([...examples, ...WRONG]);

describe('The example in', () => {
  it.each(examples.map(({ place }, i) => ({ place, faults: faults[i] })))('$place compiles', ({ faults }) => {
    expect(faults).toEqual([]);
  });
});

it.each(WRONG.map(({ code }, i) => ({ code, faults: faults[examples.length + i] })))(
  '$code would be found',
  ({ faults }) => {
    expect(faults).not.toEqual([]);
  },
);
