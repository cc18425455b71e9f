import { markdownTable } from './markdown-table';
import { bottomLine } from './node.page';
import { sectionsOf, type Results } from './results';
import type { Verdict } from './verdict';

const HOW = `Each contestant runs in six processes, one after another, because V8 compiles the same code differently from process to
process. First all contestants do a little of the same work. If their numbers differ, nothing is timed. Rounds are interleaved, and
each begins with another contestant. Before a round of calls, records or texts, a process collects its garbage and works for a
while unmeasured, because a full collection makes V8 return memory and look up its code again. At the end each contestant that
counts must have counted all of its work.

A figure is the median of the medians of the processes. "Best fifth" is the 20th percentile of all rounds, which a busy machine
changes less. A ratio is computed round by round; the table shows the median of the processes. The brackets hold the lowest and the
highest process: the true median is between them with a probability of 97 %. If 1 is between them, the table calls the two the
same. If a target is between them, it is met or missed within the spread. The floor (the clock read twice, a promise and a context)
is measured in the same run. Costs are processor time of the whole process, garbage collection included. Blocks of the event loop
and the figures under load are clock time.`;

const TRIED = `These brought no gain that all processes saw, and are not in the code:

- a pool of promise callbacks, of entries of requests, or of entries of the history beyond its ring;
- a history of rows of numbers: it halves what a record misses in the processor's second cache, and takes a tenth more
  instructions;
- a ranking of a request's steps in typed arrays, and a request that is let go without a walk over its steps;
- exemplars and measures in functions of their own, apart from the counters;
- one search for the bucket of two histograms; dense slots of trends;
- no look at the promises of async functions;
- the texts that lines of a family have in common made at their first use, instead of all by the first scrape;
- strings put together instead of bytes, one large piece instead of small ones, digits by hand for whole numbers;
- all of the library loaded at once by \`forRoot\`: after a test runner has reset its modules, classes would be another copy's;
- the package bundled into one file: it loads in nine tenths of the time, and the stack traces of users name no file of ours any more.

These would help, and were left out: a text that is written once after the start, so that the first scrape is compiled (it takes
the first scrape of 100 pairs from 20 to 10 ms, and every application would need a timer for it); a larger budget of V8 for joining
functions (\`--max-inlined-bytecode-size-cumulative=4000\`: a record takes a quarter to a third less), which is the application's to
set; the global \`performance\` looked up once (Node's getter is a quarter of a reading of the clock on Node 24 and 26, and fake
timers that replace nothing else would not be seen); a context left through an \`AsyncResource\` (less on Node 24 and 26, up to
twice as much on Node 20, and where the user's recursion overflows the stack inside one, Node ends the process).`;

const REPEAT = `\`\`\`console
npm ci
npm run bench                                    # everything, and the page of this version of Node anew
npm run bench -- --quick                         # in some minutes, only to the terminal
npm run bench -- --only call --only scrape       # some of it, only to the terminal
npm run bench -- --only call --save              # some of it, and its part of the page
npm run bench -- --soak --minutes 10             # at full speed with changing names
npx -p node@24 npm run bench                     # on another Node, to a page of its own
\`\`\``;

const keyOf = ({ what, against }: Verdict) => `${what}\n${against}`;

const verdictsOf = (results: Results) => sectionsOf(results).flatMap(({ verdicts = [] }) => verdicts);

/** A row for each target: what each version of Node has measured, and what was wanted. */
function targetTable(all: readonly Results[]): string {
  const byNode = all.map((results) => new Map(verdictsOf(results).map((verdict) => [keyOf(verdict), verdict])));
  const keys = new Set(byNode.flatMap((verdicts) => [...verdicts.keys()]));
  const rows = [...keys].map((key) => {
    const verdicts = byNode.map((own) => own.get(key));
    const [what, against] = key.split('\n') as [string, string];
    const targets = new Set(verdicts.flatMap((verdict) => verdict?.target ?? []));
    return [what, against, [...targets].join('; '), ...verdicts.map(cellOf)];
  });
  return markdownTable(['ours', 'against', 'target', ...all.map(({ node }) => `Node ${node}`)], rows);
}

/** The measured figure without its spread, which the page of this version has. */
function cellOf(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '';
  const [figure] = verdict.measured.split(' (');
  return verdict.isMet ? figure! : `**${figure}**`;
}

/** The page that leads to the others, in Markdown. */
export function writeOverview(all: readonly Results[]): string {
  const pages = all.map(
    (results) => `- [Node ${results.node}](results/node-${results.node}.md): ${bottomLine(sectionsOf(results))}`,
  );
  return [
    '# Benchmark',
    '<!-- Written by `npm run bench`. -->',
    'This library beside its peers, every figure with its spread, and why a target is out of reach where one is missed:',
    pages.join('\n'),
    "A ratio of 1/10 is a tenth of the other's cost. Bold figures miss their target.",
    targetTable(all),
    `## How it is measured\n\n${HOW}`,
    `## What was tried\n\n${TRIED}`,
    `## Repeat it\n\n${REPEAT}`,
  ].join('\n\n');
}
