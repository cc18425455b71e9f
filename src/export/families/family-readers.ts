import type { BudgetAccounts } from '../../collection/budgets/budget-accounts';
import { EXECUTION_STATUSES } from '../../collection/executions/execution-status';
import { TOKEN_TYPES } from '../../collection/models/token-usage';
import type { AgentSeries } from '../../collection/series/agent-series';
import type { BreakdownSeries } from '../../collection/series/breakdown-table';
import type { CacheSeries } from '../../collection/series/cache-series';
import type { ExecutionSeries } from '../../collection/series/execution-series';
import type { ModelSeries } from '../../collection/series/model-series';
import { SERIES_COLUMNS } from '../../collection/series/series-rows';
import type { LabelSet } from '../../collection/series/label-set';
import { CALL_BUCKETS } from '../../collection/series/fixed-buckets';
import { Histogram } from '../../collection/series/histogram';
import { FamilyParts, type FamilyContent, type FamilySink, type Hand } from './family-content';
import type { ModelNames } from './model-sums';
import type { Scrape, ScrapeSource } from './scrape';
import { readHistogram, type SeriesReading } from './series-reading';

/** Reads a family in a scrape. */
export type FamilyReader = (scrape: Scrape) => FamilyContent;

/** Reads the parts of a family in a scrape. */
type Read<Part> = (scrape: Scrape) => readonly Part[];

type SeriesOf<Series extends ExecutionSeries> = Read<SeriesReading<Series>>;

export const requests = (scrape: Scrape) => scrape.requests;
export const agents = (scrape: Scrape) => scrape.agents;
export const tools = (scrape: Scrape) => scrape.tools;
export const models =
  (...names: ModelNames) =>
  (scrape: Scrape) =>
    scrape.models(names);
const breakdown = (scrape: Scrape) => scrape.breakdown;

const UNLABELLED: LabelSet = { labels: [] };

/**
 * Both functions are made once, with the table: of functions that each scrape makes anew, V8 throws the code away at every full
 * collection.
 */
function family<Part>(read: Read<Part>, hand: Hand<Part>): FamilyReader {
  return (scrape) => new FamilyParts(read(scrape), hand);
}

type Counter = readonly [series: LabelSet, value: number, born: number, label?: string];

function counters(read: Read<Counter>): FamilyReader {
  return family(read, ([series, value, born, label], sink) => sink.counter(series, value, born, label));
}

type Gauge = readonly [series: LabelSet, value: number];

function gauges(read: Read<Gauge>): FamilyReader {
  return family(read, ([series, value], sink) => sink.gauge(series, value));
}

export function single(read: (scrape: Scrape) => number): FamilyReader {
  return gauges((scrape) => [[UNLABELLED, read(scrape)]]);
}

/** All four statuses from 0 on: a rate over a series that appears with its first failure would miss that failure. */
export function statuses(seriesOf: SeriesOf<ExecutionSeries>): FamilyReader {
  return family(seriesOf, (reading, sink) => sink.statuses(reading));
}

export function inProgress(seriesOf: SeriesOf<ExecutionSeries>): FamilyReader {
  return family(seriesOf, (reading, sink) => sink.gauge(reading.series, reading.number(SERIES_COLUMNS.inProgress)));
}

type CountedColumn = Exclude<keyof typeof SERIES_COLUMNS, 'statuses' | 'inProgress'>;

export function counted(seriesOf: SeriesOf<ExecutionSeries>, name: CountedColumn): FamilyReader {
  const column = SERIES_COLUMNS[name];
  return family(seriesOf, (reading, sink) => sink.counter(reading.series, reading.number(column), reading.born));
}

/** No samples where arguments are not compared: a zero would say that no call was repeated. */
export const repeats = counted((scrape) => (scrape.source.measuresRepeats ? scrape.tools : []), 'repeats');

export function durations(seriesOf: SeriesOf<ExecutionSeries>): FamilyReader {
  return family(seriesOf, (reading, sink) => sink.histogram(reading));
}

/** Of those series that have it, each as it is when it is written: copying all of them at once would take long. */
export function histograms<Series extends ExecutionSeries>(
  seriesOf: SeriesOf<Series>,
  read: (series: Series) => Histogram | undefined,
): FamilyReader {
  const hasOne = ({ series }: SeriesReading<Series>) => read(series) !== undefined;
  return family(
    (scrape) => seriesOf(scrape).filter(hasOne),
    ({ series }, sink) => sink.histogram(readHistogram(series, read(series)!)),
  );
}

const NO_CALLS = readHistogram(UNLABELLED, new Histogram(CALL_BUCKETS, 0));

/** Of every agent, from 0 on. */
export function calls(read: (agent: AgentSeries) => Histogram | undefined): FamilyReader {
  return family(agents, ({ series }, sink) => {
    const made = read(series);
    sink.histogram(made === undefined ? { ...NO_CALLS, series, born: series.born } : readHistogram(series, made));
  });
}

export const requestCosts = family(
  ({ ledger }) => [readHistogram(UNLABELLED, ledger.requestCosts)],
  (reading, sink) => sink.histogram(reading),
);

/** Models are added up from copies and no longer change. */
export function perModel(seriesOf: SeriesOf<ModelSeries>, read: (model: ModelSeries) => number): FamilyReader {
  return family(seriesOf, ({ series }, sink) => sink.counter(series, read(series), series.born));
}

/** Of those of the whole application: a subject each would be too many series. */
export const budgetRatios = gauges(({ source: { store } }) => {
  const wallTime = store.clock.wallTime();
  const found: Gauge[] = [];
  for (const budget of store.budgets.budgets) {
    const ratio = budget.budget.by === 'application' ? budget.read(wallTime)[0]?.spentRatio : undefined;
    if (ratio !== undefined) found.push([budget, ratio]);
  }
  return found;
});

export function budgets(read: (budget: BudgetAccounts) => number): FamilyReader {
  return counters(({ source: { store } }) => store.budgets.budgets.map((each) => [each, read(each), each.born]));
}

export function caches(read: (cache: CacheSeries) => number): FamilyReader {
  return counters(({ ledger: { series } }) => {
    const all = [series.unnamedCache, ...series.caches.values()];
    return all.map((cache) => [cache, read(cache), cache.born]);
  });
}

export function errors(seriesOf: SeriesOf<ExecutionSeries>): FamilyReader {
  return counters((scrape) => {
    const found: Counter[] = [];
    for (const { series } of seriesOf(scrape)) {
      for (const [errorType, { count, born }] of series.errorTypes ?? []) found.push([series, count, born, errorType]);
    }
    return found;
  });
}

/** Of every agent that has limits, from 0 on. */
export const limitsReached = counters(({ agents: all, source }) => {
  const found: Counter[] = [];
  for (const { series, born } of all) {
    for (const limit of source.limitLabels(series.agentId))
      found.push([series, series.limitsReached?.get(limit) ?? 0, born, limit]);
  }
  return found;
});

/** A label set for each type, and a sample for each status. */
export const modelErrors = counters((scrape) => {
  const found: Counter[] = [];
  for (const { series } of scrape.models(['model', 'provider'])) {
    for (const [errorType, statuses] of series.errors?.byType ?? []) {
      const typed = { labels: [...series.labels, errorType] };
      for (const [status, { count, born }] of statuses) found.push([typed, count, born, status]);
    }
  }
  return found;
});

/** A sample for each type of token. */
function handTokens(series: ModelSeries | BreakdownSeries, sink: FamilySink): void {
  const counts = series.tokens.partition();
  for (let type = 0; type < counts.length; type += 1)
    sink.counter(series, counts[type]!, series.born, TOKEN_TYPES[type]);
}

export const tokens = family(models('agentId', 'model'), ({ series }, sink) => handTokens(series, sink));

/** All four statuses from 0 on, as of other series. */
export const breakdownRequests = family(breakdown, (series, sink) => {
  for (const status of EXECUTION_STATUSES) sink.counter(series, series.countOf(status), series.born, status);
});

export const breakdownTokens = family(breakdown, handTokens);

export const breakdownCosts = family(breakdown, (series, sink) =>
  sink.counter(series, series.tokens.costUsd, series.born),
);

/** Of every agent: what the application tells of some, else 0. */
function told(tell: (source: ScrapeSource) => ReadonlyMap<LabelSet, number>, unit: number): FamilyReader {
  return gauges(({ agents: all, source }) => {
    const values = tell(source);
    const found: Gauge[] = [];
    for (const { series } of all) found.push([series, (values.get(series) ?? 0) / unit]);
    return found;
  });
}

export const oldest = told((source) => source.oldestAgesMs(), 1_000);
export const paused = told((source) => source.pausedCounts(), 1);

export const dropped = counters(({ ledger, source: { prefix } }) => {
  const counts: [family: string, count: number][] = [...ledger.limit.dropped];
  if (ledger.breakdown !== undefined) counts.push([`${ledger.breakdown.by}_requests_total`, ledger.breakdown.dropped]);
  return counts.map(([name, count]) => [UNLABELLED, count, ledger.startTime, `${prefix}_${name}`]);
});
