import type { RoadFunction } from '../harness/call-road';
import { compare } from '../harness/compare';
import type { Contestant } from '../harness/contestant';
import { toolNames } from '../harness/workload';
import { markdownTable } from '../report/markdown-table';
import type { Verdict } from '../report/verdict';
import { OURS, PROM_CLIENT, PROM_CLIENT_BOUND } from './contestants';
import type { Suite, Thoroughness } from './suite';

/** The functions of one call, in the order in which it enters them. */
interface Road {
  readonly label: string;
  readonly functions: readonly RoadFunction[];
}

const CALL = '`@TrackTool` on an async method, in an agent';
const LONE_CALL = 'the same, no agent';
const RECORD = '`recordToolExecution`';

const LIMIT =
  "A tracked call does more than prom-client's four operations: it finds its application and its caller, enters a context, " +
  'follows the result to its end, and counts it in a series, a trend, the history, and the totals of its agent and its request. ' +
  'A quarter of its functions are getters and constructors, most of which V8 joins to their callers. Fewer functions would ' +
  'each do several things.';

async function roadOf(label: string, measure: string, { subject }: Contestant, effort: Thoroughness): Promise<Road> {
  const contestants = [{ label, subject }];
  const once = { ...effort, processes: 1, rounds: 1 };
  const roads = await compare<RoadFunction[]>({ ...once, measure, contestants, scale: 1, tools: toolNames(1) });
  return { label, functions: roads.get(label)![0]![0]! };
}

const filesOf = ({ functions }: Road) => [...new Set(functions.map(({ file }) => file))];

const inWords = (road: Road) => `${road.functions.length} in ${filesOf(road).length} files`;

/** Files in the order in which they are entered first, each with its functions in theirs. */
function listed(road: Road): string {
  const lines = filesOf(road).map((file) => {
    const own = road.functions.filter((called) => called.file === file);
    return `${file}: ${own.map(({ name }) => name).join(', ')}`;
  });
  return [`${road.label}, ${inWords(road)}`, ...lines].join('\n');
}

interface RoadTarget {
  readonly what: string;
  readonly functions: number;
  readonly files: number;
}

function judge(road: Road, peer: Road, { what, functions, files }: RoadTarget): Verdict {
  return {
    what,
    against: `${peer.label}: ${inWords(peer)}`,
    measured: inWords(road),
    target: `<= ${functions} in ${files} files`,
    isMet: road.functions.length <= functions && filesOf(road).length <= files,
    isWithinSpread: false,
  };
}

export const roadSuite: Suite = {
  name: 'road',
  async run(thoroughness) {
    const call = await roadOf(CALL, 'call-road', OURS, thoroughness);
    const loneCall = await roadOf(LONE_CALL, 'lone-call-road', OURS, thoroughness);
    const record = await roadOf(RECORD, 'record-road', OURS, thoroughness);
    const peer = await roadOf('prom-client, its four operations', 'record-road', PROM_CLIENT, thoroughness);
    const boundPeer = await roadOf('the same, bound children', 'record-road', PROM_CLIENT_BOUND, thoroughness);
    const roads = [call, loneCall, record, peer, boundPeer];
    const rows = roads.map((road) => [road.label, `${road.functions.length}`, `${filesOf(road).length}`]);
    return [
      {
        title: 'The road of a call',
        explanation:
          'How many functions of how many files of the built library each of twenty warm calls walks through, by the ' +
          'counts that V8 keeps; a function counts once, however often it is entered. Of prom-client: up with the gauge, ' +
          'the counter, the histogram, down with the gauge. `npm run bench -- --only road` lists them by name.',
        table: markdownTable(['', 'functions', 'files'], rows),
        detail: roads.map(listed).join('\n\n'),
        limit: LIMIT,
        verdicts: [
          judge(call, peer, { what: 'functions that a tracked call walks through', functions: 50, files: 18 }),
          judge(record, peer, { what: 'functions that a record walks through', functions: 31, files: 14 }),
        ],
      },
    ];
  },
};
