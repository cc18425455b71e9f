import { describeValue } from '../../runtime/described-value';
import type { TrackedExecutions } from '../collector-ports';
import type { Execution, RunningExecution } from '../executions/execution';
import type { HistoryFilter } from '../executions/execution-history';
import { normaliseName } from '../executions/execution-name';
import type { MetricsStore } from '../metrics-store';
import type { FinishedRequest, RequestFilter, RequestTree, RunningRequest } from '../requests/request';
import { byName } from './by-name';
import { momentOf, toRunningExecutions } from './execution.reader';
import { readFields } from './fields';
import { beginHistory } from './history.reader';
import type {
  AgentMetrics,
  Breakdown,
  CacheMetrics,
  ModelMetrics,
  SystemMetrics,
  ToolMetrics,
} from './metrics-snapshot';
import { readRequest, readRequests } from './request.reader';
import { AGENT_FIELDS, BREAKDOWN_FIELDS, CACHE_FIELDS, MODEL_FIELDS, TOOL_FIELDS } from './series-fields';
import { mergeModels, mergeTools, readSystem } from './snapshot.reader';
import { TREND_WINDOWS, type Trends, type TrendsOptions } from './trend-window';
import { readTrends } from './trends.reader';

/** What the store has collected, as users read it. */
export class NumbersReader {
  constructor(
    private readonly store: MetricsStore,
    private readonly tracked: TrackedExecutions,
  ) {}

  system(): SystemMetrics {
    return readSystem(this.store);
  }

  agent(agentId: string): AgentMetrics | undefined {
    const series = this.store.ledger.series.agents.get(normaliseName(agentId));
    return series && readFields(AGENT_FIELDS, series);
  }

  tool(toolName: string): ToolMetrics | undefined {
    const name = normaliseName(toolName);
    const series = mergeTools(this.store.ledger, name).get(name);
    return series && readFields(TOOL_FIELDS, series);
  }

  repeatedCalls(agentId: string): ReadonlyMap<string, number> | undefined {
    if (!this.tracked.measuresRepeats) return undefined;
    const tools = this.store.ledger.series.agents.get(normaliseName(agentId))?.calls.tools.values() ?? [];
    const repeated = [...tools].filter(({ repeats }) => repeats > 0);
    return new Map(repeated.map(({ toolName, repeats }) => [toolName, repeats]));
  }

  agents(): ReadonlyMap<string, AgentMetrics> {
    return new Map([...this.store.ledger.series.agents].map(([id, series]) => [id, readFields(AGENT_FIELDS, series)]));
  }

  tools(): ReadonlyMap<string, ToolMetrics> {
    return new Map([...mergeTools(this.store.ledger)].map(([name, series]) => [name, readFields(TOOL_FIELDS, series)]));
  }

  model(name: string): ModelMetrics | undefined {
    return this.models().get(normaliseName(name));
  }

  models(): ReadonlyMap<string, ModelMetrics> {
    const models = mergeModels(this.store.ledger.series.allModels(), ['model']);
    return new Map(models.map((series) => [series.model, readFields(MODEL_FIELDS, series)]));
  }

  caches(): ReadonlyMap<string, CacheMetrics> {
    const { caches } = this.store.ledger.series;
    return new Map([...caches].map(([name, series]) => [name, readFields(CACHE_FIELDS, series)]));
  }

  breakdown(): Breakdown | undefined {
    const { breakdown } = this.store.ledger;
    if (breakdown === undefined) return undefined;
    const values = byName(breakdown.series, (series) => readFields(BREAKDOWN_FIELDS, series));
    return Object.freeze({ by: breakdown.by, values });
  }

  /** @throws RangeError that lists the windows where `window` is none of them, or that says what `names` must be */
  trends(options: TrendsOptions): Trends {
    const { window = '15m', names } = options;
    if (!Object.hasOwn(TREND_WINDOWS, window)) {
      const windows = Object.keys(TREND_WINDOWS).join(', ');
      throw new RangeError(`Unknown window ${describeValue(window)}: use one of ${windows}.`);
    }
    if (names !== undefined && !isListOfTexts(names)) {
      throw new RangeError(`The names of trends are ${describeValue(names)}; they must be a list of strings.`);
    }
    return readTrends(this.store, options);
  }

  history(filter: HistoryFilter): Execution[] {
    return [...beginHistory(this.store, filter)];
  }

  running(): RunningExecution[] {
    return [...toRunningExecutions(this.tracked.listOpen(), momentOf(this.store))];
  }

  requests(filter: RequestFilter): (FinishedRequest | RunningRequest)[] {
    return readRequests(this.store, this.tracked.listOpen(), filter);
  }

  request(id: string): RequestTree | undefined {
    return readRequest(this.store, this.tracked.listOpen(), id);
  }
}

function isListOfTexts(names: unknown): boolean {
  return Array.isArray(names) && names.every((name) => typeof name === 'string');
}
