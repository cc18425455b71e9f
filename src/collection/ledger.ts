import type { Clock } from './clock';
import { ExecutionHistory } from './executions/execution-history';
import { NOTHING_MEASURED } from './executions/execution-measures';
import type { ExecutionPublisher } from './executions/execution-publisher';
import { isFailure } from './executions/execution-status';
import type { EndingExecution, FinishedExecution, OpenExecution, Outcome } from './executions/finished-execution';
import type { CollectedRequest, RequestMember } from './requests/collected-request';
import { RequestHistory } from './requests/request-history';
import type { RequestHistoryOptions } from './requests/request-history-options';
import type { DeclaredNames } from './series/declared-names';
import { AgentSeries } from './series/agent-series';
import type { CacheSeries } from './series/cache-series';
import type { CountedSeries } from './series/counted-series';
import { ExecutionSeries } from './series/execution-series';
import type { ModelSeries } from './series/model-series';
import { SeriesRows } from './series/series-rows';
import { ToolSeries } from './series/tool-series';
import { BreakdownTable, type BreakdownSettings } from './series/breakdown-table';
import { statusLabel } from './series/error-counts';
import { exemplarOf } from './series/exemplar';
import { COST_BUCKETS } from './series/fixed-buckets';
import { BILLION, Histogram, type BucketBounds } from './series/histogram';
import { ProcessSeries } from './series/process-series';
import { OTHER_NAME, SeriesLimit, type LimitedFamily } from './series/series-limit';
import { SeriesTable, type SeriesBuckets } from './series/series-table';
import { TrendSeries } from './series/trend-series';

export interface LedgerSettings {
  readonly buckets: SeriesBuckets;
  readonly historySize: number;
  readonly requestHistory: false | Required<RequestHistoryOptions>;
  readonly maxSeries: number;
  /** Undefined where requests are not broken down. */
  readonly breakdown: BreakdownSettings | undefined;
  readonly onFirstDrop: (family: LimitedFamily) => void;
}

/** What a ledger and those after it have in common. */
export interface LedgerPorts {
  readonly clock: Clock;
  readonly names: DeclaredNames;
  readonly publisher: ExecutionPublisher;
}

/**
 * Everything that was counted since the start or the last reset. A reset is a new ledger: an execution that began
 * under the old one ends there and never touches the new numbers.
 */
export class Ledger {
  readonly requests: ExecutionSeries;
  /** Dollars of requests, as far as the cost of any of their model calls is known. */
  readonly requestCosts: Histogram;
  readonly series: SeriesTable;
  readonly history: ExecutionHistory;
  /** Undefined where requests are not kept. */
  readonly requestHistory: RequestHistory | undefined;
  readonly limit: SeriesLimit;
  /** Undefined where requests are not broken down. */
  readonly breakdown: BreakdownTable | undefined;
  readonly requestTrend: TrendSeries;
  readonly agentTrends = new Map<string, TrendSeries>();
  readonly toolTrends = new Map<string, TrendSeries>();
  readonly modelTrends = new Map<string, TrendSeries>();
  readonly process: ProcessSeries;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  /** The same moment on the clock's steady scale. */
  readonly startedAt: number;
  /** Milliseconds since 1970; NaN before the first record. A number in any case: it changes with every call. */
  lastUpdated = NaN;
  private readonly clock: Clock;
  private readonly publisher: ExecutionPublisher;

  constructor(settings: LedgerSettings, { clock, names, publisher }: LedgerPorts) {
    const { buckets, historySize, requestHistory, maxSeries, breakdown, onFirstDrop } = settings;
    const wallTime = wallTimeOf(clock);
    this.clock = clock;
    this.publisher = publisher;
    this.startedAt = clock.now();
    this.startTime = clock.wallTime(this.startedAt);
    this.requests = new ExecutionSeries(new SeriesRows(buckets.request, () => this.startTime));
    this.requestCosts = new Histogram(COST_BUCKETS, this.startTime);
    this.requestTrend = new TrendSeries(buckets.request, clock);
    this.process = new ProcessSeries(this.requests, clock);
    this.history = new ExecutionHistory(historySize);
    this.requestHistory = requestHistory === false ? undefined : new RequestHistory(requestHistory);
    this.limit = new SeriesLimit(maxSeries, onFirstDrop);
    this.breakdown = breakdown && new BreakdownTable(breakdown, wallTime);
    this.series = new SeriesTable(buckets, this.limit, names, wallTime, this.breakdown);
    this.series.openDeclared();
  }

  /** Remembers that something has been recorded that is no execution. */
  touch(): void {
    this.lastUpdated = this.clock.wallTime();
  }

  /**
   * A request begins: an outermost agent execution, in progress from now on.
   *
   * @returns what is collected of it; undefined where requests are not kept
   */
  beginRequest(request: OpenExecution & RequestMember, now: number): CollectedRequest | undefined {
    this.process.turn(now);
    this.requests.addInProgress(1);
    this.breakdown?.open(request.breakdownValue);
    return this.requestHistory?.begin(request.serial, request.collected);
  }

  /** An execution ends without being counted. */
  dropRequest({ serial, requestSerial, collected }: OpenExecution & RequestMember): void {
    if (requestSerial === serial) this.requestHistory?.drop(collected);
  }

  addLookup(cache: CacheSeries, isHit: boolean): void {
    const now = this.clock.now();
    this.lastUpdated = this.clock.wallTime(now);
    this.process.addLookup(now, isHit);
    if (isHit) cache.hits += 1;
    else cache.misses += 1;
  }

  /** Remembers a reading of memory, which is no record. */
  addMemory(bytes: number): void {
    this.process.setMemory(this.clock.now(), bytes);
  }

  /** Writes down and counts an execution that ends now: the one way in, for tracked and recorded ones alike. */
  finish(execution: EndingExecution & RequestMember, series: CountedSeries, outcome: Outcome): void {
    const now = this.clock.now();
    const wallTime = this.clock.wallTime(now);
    const finished = this.history.add(execution, outcome, now, wallTime);
    this.lastUpdated = wallTime;
    this.breakdown?.add(finished, execution.breakdownValue);
    // What is said to end in the future counts as ending now.
    const endedAt = finished.endTime < wallTime ? now - (wallTime - finished.endTime) : now;
    const second = Math.floor(endedAt / 1_000);
    if (series instanceof ToolSeries) this.addTool(finished, series, second, execution.hashed);
    else if (series instanceof AgentSeries) this.addAgent(finished, series, second, execution, now);
    else this.addModel(finished, series, second);
    if (finished.requestSerial !== undefined) this.requestHistory?.add(finished, execution.collected, endedAt, now);
    // Listeners hear of an execution that a reset has outlived, too: it was worked and paid for.
    this.publisher.tell(finished);
  }

  private addAgent(
    finished: FinishedExecution,
    series: AgentSeries,
    second: number,
    { startedAt }: EndingExecution,
    now: number,
  ): void {
    const { measures } = finished;
    if (finished.isRequest) {
      this.addRequest(finished, second);
      // It is not in progress any more, and has been until now.
      if (startedAt !== undefined) this.process.turn(now, this.requests.inProgress + 1);
    }
    series.trend ??= this.openTrend(this.agentTrends, series.agentId, series.bounds);
    addFinished(finished, series, series.trend, second);
    if (finished.errorType !== undefined) this.addError(finished, series, finished.errorType, 'agentError');
    if (series.agentId !== finished.agentId) this.limit.drop('agent');
    series.addRun(finished, this.lastUpdated);
    if (measures === NOTHING_MEASURED) return;
    series.addRetries(measures.retries);
    if (Number.isNaN(measures.firstChunkNs)) return;
    series.addFirstChunk(measures.firstChunkNs, exemplarOf(finished, measures.firstChunkNs), this.lastUpdated);
  }

  private addRequest(finished: FinishedExecution, second: number): void {
    addFinished(finished, this.requests, this.requestTrend, second);
    const costUsd = finished.totals?.allUsage?.costUsd;
    if (costUsd === undefined) return;
    const billionths = Math.round(costUsd * BILLION);
    this.requestCosts.observe(billionths, exemplarOf(finished, billionths));
  }

  private addTool(
    finished: FinishedExecution,
    series: ToolSeries,
    second: number,
    hashed: EndingExecution['hashed'],
  ): void {
    const { measures } = finished;
    series.trend ??= this.openTrend(this.toolTrends, series.toolName, series.bounds);
    addFinished(finished, series, series.trend, second);
    if (hashed !== undefined && hashed.isRepeated) series.addRepeat();
    if (finished.errorType !== undefined) this.addError(finished, series, finished.errorType, 'toolError');
    // One of both is `__other__` then.
    if (series.toolName !== finished.name || series.agentId !== (finished.agentId ?? '')) this.limit.drop('tool');
    if (measures === NOTHING_MEASURED) return;
    series.addRetries(measures.retries);
    series.addBytes(measures.inputBytes, measures.outputBytes);
  }

  private addModel(finished: FinishedExecution, series: ModelSeries, second: number): void {
    const { status, measures, usage } = finished;
    const trend = (series.trend ??= this.openModelTrend(series));
    if (usage === undefined) series.tokens.callsWithoutUsage += 1;
    else series.addUsage(usage, second, finished.breakdownValue);
    // NaN if it was not measured.
    if (Number.isNaN(finished.durationNs)) {
      series.addStatus(status, exemplarOf(finished));
      trend.addUnmeasured(second, isFailure(status));
    } else {
      addFinished(finished, series, trend, second);
    }
    if (finished.errorType !== undefined) this.addModelError(finished, series, finished.errorType);
    if (series.model !== finished.name || series.agentId !== (finished.agentId ?? '')) this.limit.drop('model');
    if (measures === NOTHING_MEASURED) return;
    series.addRetries(measures.retries);
    if (Number.isNaN(measures.firstChunkNs)) return;
    series.addFirstToken(measures.firstChunkNs, exemplarOf(finished, measures.firstChunkNs), this.lastUpdated);
  }

  /** Tells the series, too, where its usage is a part of: the application, the model, and the agent that calls it. */
  private openModelTrend(series: ModelSeries): TrendSeries {
    const trend = this.openTrend(this.modelTrends, series.model, series.bounds);
    const trends = [this.requestTrend, trend];
    const agent = this.series.agents.get(series.agentId);
    if (agent !== undefined) trends.push(this.openTrend(this.agentTrends, agent.agentId, agent.bounds));
    series.usageTrends = trends;
    return trend;
  }

  private openTrend(trends: Map<string, TrendSeries>, name: string, bounds: BucketBounds): TrendSeries {
    let trend = trends.get(name);
    if (trend === undefined) trends.set(name, (trend = new TrendSeries(bounds, this.clock)));
    return trend;
  }

  private addError(
    { status }: FinishedExecution,
    series: ExecutionSeries,
    errorType: string,
    kind: 'agentError' | 'toolError',
  ): void {
    if (!isFailure(status)) return;
    if (series.errorTypes?.has(errorType) || this.limit.admit(kind)) {
      return series.addError(errorType, this.lastUpdated);
    }
    series.addError(OTHER_NAME, this.lastUpdated);
    this.limit.drop(kind);
  }

  private addModelError({ status, httpStatus }: FinishedExecution, series: ModelSeries, errorType: string): void {
    if (!isFailure(status)) return;
    const label = statusLabel(httpStatus);
    if (series.errors?.has(errorType, label) || this.limit.admit('modelError')) {
      return series.addFailure(errorType, label, this.lastUpdated);
    }
    series.addFailure(OTHER_NAME, OTHER_NAME, this.lastUpdated);
    this.limit.drop('modelError');
  }
}

/** By itself: a model call that is kept has it for ever through its series, and must not keep the ledger. */
function wallTimeOf(clock: Clock): () => number {
  return () => clock.wallTime();
}

/** Counts an execution in a series and in its trend, which must have the same buckets: it falls into one bucket of both. */
function addFinished(finished: FinishedExecution, series: ExecutionSeries, trend: TrendSeries, second: number): void {
  const { status, durationNs } = finished;
  // Asked here: most run outside any span, and a call costs more than the question.
  const exemplar = finished.span === undefined ? undefined : exemplarOf(finished);
  series.addStatus(status, exemplar);
  const bucket = series.observe(durationNs, exemplar);
  trend.add(second, durationNs, bucket, isFailure(status));
}
