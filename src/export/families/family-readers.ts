import type { BudgetAccounts } from '../../collection/budgets/budget-accounts';
import { EXECUTION_STATUSES } from '../../collection/executions/execution-status';
import { TOKEN_TYPES } from '../../collection/models/token-usage';
import type { AgentSeries } from '../../collection/series/agent-series';
import type { CacheSeries } from '../../collection/series/cache-series';
import type { ExecutionSeries } from '../../collection/series/execution-series';
import type { ModelSeries } from '../../collection/series/model-series';
import { SERIES_COLUMNS } from '../../collection/series/series-rows';
import type { LabelSet } from '../../collection/series/label-set';
import { CALL_BUCKETS } from '../../collection/series/fixed-buckets';
import { Histogram } from '../../collection/series/histogram';
import { contentOf, type FamilyContent } from './family-content';
import type { ModelNames } from './model-sums';
import type { Scrape } from './scrape';
import { readHistogram, type SeriesReading } from './series-reading';

/** Reads what a family consists of in a scrape. */
export type FamilyReader = (scrape: Scrape) => FamilyContent;

type SeriesOf<Series extends ExecutionSeries> = (scrape: Scrape) => readonly SeriesReading<Series>[];

export const requests = (scrape: Scrape) => scrape.requests;
export const agents = (scrape: Scrape) => scrape.agents;
export const tools = (scrape: Scrape) => scrape.tools;
export const models =
  (...names: ModelNames) =>
  (scrape: Scrape) =>
    scrape.models(names);

const UNLABELLED: LabelSet = { labels: [] };

/** All four statuses from 0 on: a rate over a series that appears with its first failure would miss that failure. */
export function statuses(seriesOf: SeriesOf<ExecutionSeries>): FamilyReader {
  return (scrape) => contentOf(seriesOf(scrape), (reading, sink) => sink.statuses(reading));
}

export function inProgress(seriesOf: SeriesOf<ExecutionSeries>): FamilyReader {
  return (scrape) =>
    contentOf(seriesOf(scrape), (reading, sink) =>
      sink.gauge(reading.series, reading.number(SERIES_COLUMNS.inProgress)),
    );
}

type CountedColumn = Exclude<keyof typeof SERIES_COLUMNS, 'statuses' | 'inProgress'>;

export function counted(seriesOf: SeriesOf<ExecutionSeries>, name: CountedColumn): FamilyReader {
  const column = SERIES_COLUMNS[name];
  return (scrape) =>
    contentOf(seriesOf(scrape), (reading, sink) => sink.counter(reading.series, reading.number(column), reading.born));
}

/** No samples where arguments are not compared: a zero would say that no call was repeated. */
export function repeats(scrape: Scrape): FamilyContent {
  return scrape.source.measuresRepeats ? counted(tools, 'repeats')(scrape) : counters([]);
}

export function durations(seriesOf: SeriesOf<ExecutionSeries>): FamilyReader {
  return (scrape) => contentOf(seriesOf(scrape), (reading, sink) => sink.histogram(reading));
}

/** Of those series that have it, each as it is when it is written: copying all of them at once would take long. */
export function histograms<Series extends ExecutionSeries>(
  seriesOf: SeriesOf<Series>,
  read: (series: Series) => Histogram | undefined,
): FamilyReader {
  return (scrape) => {
    const found = seriesOf(scrape).filter(({ series }) => read(series) !== undefined);
    return contentOf(found, ({ series }, sink) => sink.histogram(readHistogram(series, read(series)!)));
  };
}

/** Of every agent, from 0 on. */
export function calls(read: (agent: AgentSeries) => Histogram | undefined): FamilyReader {
  return histograms(agents, (agent) => read(agent) ?? new Histogram(CALL_BUCKETS, agent.born));
}

export function requestCosts({ ledger }: Scrape): FamilyContent {
  return contentOf([readHistogram(UNLABELLED, ledger.requestCosts)], (reading, sink) => sink.histogram(reading));
}

type Counter = readonly [series: LabelSet, value: number, born: number, label?: string];

function counters(list: readonly Counter[]): FamilyContent {
  return contentOf(list, ([series, value, born, label], sink) => sink.counter(series, value, born, label));
}

type Gauge = readonly [series: LabelSet, value: number];

function gauges(list: readonly Gauge[]): FamilyContent {
  return contentOf(list, ([series, value], sink) => sink.gauge(series, value));
}

export function single(read: (scrape: Scrape) => number): FamilyReader {
  return (scrape) => gauges([[UNLABELLED, read(scrape)]]);
}

/** Models are added up from copies and no longer change. */
export function perModel(seriesOf: SeriesOf<ModelSeries>, read: (model: ModelSeries) => number): FamilyReader {
  return (scrape) => contentOf(seriesOf(scrape), ({ series }, sink) => sink.counter(series, read(series), series.born));
}

/** Of those of the whole application: a subject each would be too many series. */
export function budgetRatios({ source: { store } }: Scrape): FamilyContent {
  const wallTime = store.clock.wallTime();
  const found: Gauge[] = [];
  for (const budget of store.budgets.budgets) {
    const ratio = budget.budget.by === 'application' ? budget.read(wallTime)[0]?.spentRatio : undefined;
    if (ratio !== undefined) found.push([budget, ratio]);
  }
  return gauges(found);
}

export function budgets(read: (budget: BudgetAccounts) => number): FamilyReader {
  return ({ source: { store } }) => counters(store.budgets.budgets.map((each) => [each, read(each), each.born]));
}

export function caches(read: (cache: CacheSeries) => number): FamilyReader {
  return ({ ledger }) => {
    const all = [ledger.series.unnamedCache, ...ledger.series.caches.values()];
    return counters(all.map((series) => [series, read(series), series.born]));
  };
}

export function errors(seriesOf: SeriesOf<ExecutionSeries>): FamilyReader {
  return (scrape) => {
    const found: Counter[] = [];
    for (const { series } of seriesOf(scrape)) {
      series.errorTypes?.forEach(({ count, born }, errorType) => found.push([series, count, born, errorType]));
    }
    return counters(found);
  };
}

/** Of every agent that has limits, from 0 on. */
export function limitsReached({ agents: all, source }: Scrape): FamilyContent {
  const found: Counter[] = [];
  for (const { series, born } of all) {
    for (const limit of source.limitLabels(series.agentId))
      found.push([series, series.limitsReached?.get(limit) ?? 0, born, limit]);
  }
  return counters(found);
}

/** A label set for each type, and a sample for each status. */
export function modelErrors(scrape: Scrape): FamilyContent {
  const found: Counter[] = [];
  for (const { series } of scrape.models(['model', 'provider'])) {
    for (const [errorType, statuses] of series.errors?.byType ?? []) {
      const typed = { labels: [...series.labels, errorType] };
      for (const [status, { count, born }] of statuses) found.push([typed, count, born, status]);
    }
  }
  return counters(found);
}

export function tokens(scrape: Scrape): FamilyContent {
  return contentOf(scrape.models(['agentId', 'model']), ({ series }, sink) => {
    const counts = series.tokens.partition();
    TOKEN_TYPES.forEach((type, index) => sink.counter(series, counts[index]!, series.born, type));
  });
}

/** All four statuses from 0 on, as of other series. */
export function breakdownRequests({ breakdown }: Scrape): FamilyContent {
  return contentOf(breakdown, (series, sink) => {
    EXECUTION_STATUSES.forEach((status) => sink.counter(series, series.countOf(status), series.born, status));
  });
}

export function breakdownTokens({ breakdown }: Scrape): FamilyContent {
  return contentOf(breakdown, (series, sink) => {
    const counts = series.tokens.partition();
    TOKEN_TYPES.forEach((type, index) => sink.counter(series, counts[index]!, series.born, type));
  });
}

export function breakdownCosts({ breakdown }: Scrape): FamilyContent {
  return contentOf(breakdown, (series, sink) => sink.counter(series, series.tokens.costUsd, series.born));
}

export function oldest({ agents: all, source }: Scrape): FamilyContent {
  const ages = source.oldestAgesMs();
  return gauges(all.map(({ series }) => [series, (ages.get(series) ?? 0) / 1_000]));
}

export function paused({ agents: all, source }: Scrape): FamilyContent {
  const counts = source.pausedCounts();
  return gauges(all.map(({ series }) => [series, counts.get(series) ?? 0]));
}

export function dropped({ ledger, source: { prefix } }: Scrape): FamilyContent {
  const counts: [family: string, count: number][] = [...ledger.limit.dropped];
  if (ledger.breakdown !== undefined) counts.push([`${ledger.breakdown.by}_requests_total`, ledger.breakdown.dropped]);
  return counters(counts.map(([family, count]) => [UNLABELLED, count, ledger.startTime, `${prefix}_${family}`]));
}
