import { formatCount, formatTime, plural } from '../parts/format.js';
import { say, windowStart } from './finding.js';

/** @import { MetricsDocument } from '../data/documents' */
/** @import { Facts, Finding } from './finding.js' */

/** The name under which further names are counted together. */
const OTHER_NAME = '__other__';

/** Processes of the machine that do not answer. @param {Facts} facts @returns {Finding[]} */
export function silentWorkers({ snapshot: { document } }) {
  const text = silentText(document);
  if (text === undefined) return [];
  return [
    {
      id: 'silent',
      tone: 'bad',
      harm: 1,
      sentence: say`${text}`,
      shows: {},
      at: 'processes',
    },
  ];
}

/** Which processes do not answer; undefined if all do. @param {Pick<MetricsDocument, 'instances'>} document */
export function silentText({ instances = [] }) {
  const silent = instances.filter(({ state }) => state === 'silent');
  if (silent.length === 0) return undefined;
  const names = silent.map(({ worker, pid }) => `worker ${worker} (pid ${pid})`).join(', ');
  const verb = silent.length === 1 ? 'does' : 'do';
  const of = plural(silent.length, 'process', 'processes');
  return `${of} of this machine ${verb} not answer: ${names}. The figures are those of the others.`;
}

/** Restarts within the window: the figures begin at the last one. @param {Facts} facts @returns {Finding[]} */
export function restarts({ snapshot, starts }) {
  const since = windowStart(snapshot);
  const recent = starts.filter(({ time, isRestart }) => isRestart && time >= since);
  const last = recent.at(-1);
  if (last === undefined) return [];
  const often = recent.length === 1 ? '' : `${formatCount(recent.length)} times, last `;
  return [
    {
      id: 'restart',
      tone: 'warn',
      harm: recent.length,
      sentence: say`Restarted ${often}at ${formatTime(last.time)}: figures begin there`,
      shows: { span: undefined },
      at: 'plots',
    },
  ];
}

/** Names beyond `maxSeries`, and names that `allowed` does not list. @param {Facts} facts @returns {Finding[]} */
export function foldedNames({ snapshot }) {
  const kinds = /** @type {const} */ (['agents', 'tools', 'models']);
  const folded = kinds.filter((kind) => snapshot[kind].has(OTHER_NAME));
  return folded.map((kind) => ({
    id: `folded ${kind}`,
    tone: 'note',
    harm: snapshot[kind].get(OTHER_NAME)?.execution_count ?? 0,
    sentence: say`Further ${kind} are counted together as ${{ name: OTHER_NAME }}: more than maxSeries, or not allowed`,
    shows: {
      tab: kind,
      selected: {
        kind: /** @type {const} */ ({ agents: 'agent', tools: 'tool', models: 'model' })[kind],
        name: OTHER_NAME,
      },
    },
    at: 'details',
  }));
}
