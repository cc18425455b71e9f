import type { ExecutionStatus } from '../../src';
import { seriesKey, type Labels } from './exposition-samples';

const OTHER = '__other__';
const STATUSES: readonly ExecutionStatus[] = ['success', 'error', 'timeout', 'cancelled'];

/** Tokens by type; the types partition them. */
export interface PlainTokens {
  readonly input: number;
  readonly cached_input: number;
  readonly cache_write: number;
  readonly output: number;
  readonly reasoning: number;
}

/** What ended, or still runs, under the names that the caller gave. */
export interface PlainExecution {
  readonly kind: 'agent' | 'tool' | 'model';
  /** Undefined outside any agent. */
  readonly agent: string | undefined;
  readonly tool?: string;
  readonly model?: string;
  readonly provider?: string;
  readonly isRequest: boolean;
}

/** How it ended. */
export interface PlainEnd {
  readonly status: ExecutionStatus;
  readonly seconds: number | undefined;
  readonly errorType: string | undefined;
  readonly retries?: number;
  readonly inputBytes?: number;
  readonly outputBytes?: number;
  readonly tokens?: PlainTokens;
  readonly costUsd?: number;
  readonly firstTokenSeconds?: number;
}

/** The names under which it is counted. */
interface Place {
  readonly kind: PlainExecution['kind'];
  readonly agent: string;
  readonly tool: string;
  readonly model: string;
  readonly provider: string;
  readonly isFolded: boolean;
}

/** One execution from its beginning, when it takes its place, to its end. */
export interface Stay {
  readonly execution: PlainExecution;
  readonly place: Place;
  end: PlainEnd | undefined;
  hasLeft: boolean;
  /** The type under which its error is counted. */
  errorType: string | undefined;
}

export interface PlainSettings {
  readonly maxSeries: number;
  readonly bounds: readonly number[];
  readonly declaredAgents: readonly string[];
  readonly declaredTools: readonly string[];
  readonly startTime: number;
}

/**
 * The rules of counting as plainly as they can be written: a list of everything that happened since the last reset, from
 * which every number is reckoned anew. What the module says is compared with it.
 */
export class PlainLedger {
  lastUpdated: number | null = null;
  private readonly stays: Stay[] = [];
  private readonly agents = new Set<string>();
  private readonly taken = { agent: 0, tool: 0, model: 0, agentError: 0, toolError: 0, modelError: 0, cache: 0 };
  private readonly known = new Set<string>();
  private readonly lookUps: { readonly cache: string | undefined; readonly isHit: boolean }[] = [];
  private readonly dropped: string[] = [];

  constructor(private readonly settings: PlainSettings) {
    for (const agent of settings.declaredAgents) this.agents.add(agent);
  }

  begin(execution: PlainExecution): Stay {
    const stay = { execution, place: this.placeOf(execution), end: undefined, hasLeft: false, errorType: undefined };
    this.stays.push(stay);
    return stay;
  }

  /** It runs no more, and is not counted. */
  leave(stay: Stay): void {
    stay.hasLeft = true;
  }

  finish(stay: Stay, end: PlainEnd, now: number): void {
    stay.hasLeft = true;
    stay.end = end;
    const { kind, isFolded } = stay.place;
    this.placeError(stay, kind);
    if (isFolded) this.dropped.push({ agent: 'agent_executions', tool: 'tool_executions', model: 'model_calls' }[kind]);
    this.lastUpdated = now;
  }

  lookUp(cache: string | undefined, isHit: boolean, now: number): void {
    const isNamed = cache === undefined || this.admit(['cache', cache], 'cache');
    if (!isNamed) this.dropped.push(isHit ? 'cache_hits' : 'cache_misses');
    this.lookUps.push({ cache: isNamed ? cache : OTHER, isHit });
    this.lastUpdated = now;
  }

  /** The numbers of the JSON document. */
  document() {
    const requests = this.ended().filter(({ execution }) => execution.isRequest);
    const count = (...statuses: ExecutionStatus[]) =>
      requests.filter(({ end }) => statuses.includes(end.status)).length;
    const { total, average } = durations(requests);
    const { hits, misses, hit_rate } = this.lookUpsOf(() => true);
    return {
      system_metrics: {
        start_time: new Date(this.settings.startTime).toISOString(),
        last_updated: this.lastUpdated === null ? null : new Date(this.lastUpdated).toISOString(),
        total_requests: requests.length,
        successful_requests: count('success'),
        failed_requests: count('error', 'timeout'),
        cancelled_requests: count('cancelled'),
        requests_in_progress: this.running().filter(({ execution }) => execution.isRequest).length,
        total_execution_time_seconds: total,
        average_request_time_seconds: average,
        cache_hits: hits,
        cache_misses: misses,
        cache_hit_rate: hit_rate,
        token_usage: tokenUsage(this.ended()),
      },
      agent_metrics: record(this.agents, (agent) => this.agentDocument(agent)),
      tool_metrics: record(this.names('tool'), (tool) => this.toolDocument({ kind: 'tool', tool })),
      model_metrics: record(this.names('model'), (model) => this.modelDocument(model)),
      cache_metrics: record(this.cacheNames(), (name) => this.lookUpsOf(({ cache }) => cache === name)),
    };
  }

  /** Every series of the text but those that have nothing to do with what was recorded. */
  samples(): Record<string, number> {
    const samples = new SampleWriter(this.settings.bounds);
    this.writeRequests(samples);
    for (const agent of this.agents) this.writeAgent(samples, agent);
    for (const { agent, tool } of this.placesOf('tool', ['agent', 'tool'])) this.writeTool(samples, agent, tool);
    this.writeModels(samples);
    for (const cache of [undefined, ...this.cacheNames()]) {
      const { hits, misses } = this.lookUpsOf((lookUp) => lookUp.cache === cache);
      const labels: Labels = cache === undefined ? {} : { cache };
      samples.write('cache_hits_total', labels, hits);
      samples.write('cache_misses_total', labels, misses);
    }
    const executions = ['agent_executions', 'tool_executions', 'model_calls'];
    const errors = ['agent_errors', 'tool_errors', 'model_errors'];
    for (const family of [...executions, ...errors, 'cache_hits', 'cache_misses']) {
      const dropped = this.dropped.filter((name) => name === family).length;
      samples.write('dropped_series_total', { family: `crew_${family}_total` }, dropped);
    }
    return samples.values;
  }

  private writeRequests(samples: SampleWriter): void {
    const stays = this.stays.filter(({ execution }) => execution.isRequest);
    samples.writeStatuses('requests_total', {}, stays);
    samples.writeDurations('request_duration_seconds', {}, stays);
    samples.write('requests_in_progress', {}, runningOf(stays).length);
  }

  private writeAgent(samples: SampleWriter, agent: string): void {
    const stays = this.staysAt({ kind: 'agent', agent });
    samples.writeExecutions('agent', { agent }, stays);
  }

  private writeTool(samples: SampleWriter, agent: string, tool: string): void {
    const stays = this.staysAt({ kind: 'tool', agent, tool });
    const sum = (field: 'inputBytes' | 'outputBytes') => sumOf(endedOf(stays), ({ end }) => end[field] ?? 0);
    samples.writeExecutions('tool', { agent, tool }, stays);
    samples.write('tool_input_bytes_total', { agent, tool }, sum('inputBytes'));
    samples.write('tool_output_bytes_total', { agent, tool }, sum('outputBytes'));
  }

  private writeModels(samples: SampleWriter): void {
    for (const labels of this.placesOf('model', ['agent', 'model', 'provider'])) {
      samples.writeStatuses('model_calls_total', labels, this.staysAt({ kind: 'model', ...labels }));
    }
    for (const labels of this.placesOf('model', ['model', 'provider'])) {
      const calls = this.staysAt({ kind: 'model', ...labels });
      samples.writeDurations('model_call_duration_seconds', labels, calls);
      samples.write('model_calls_in_progress', labels, 0);
      samples.write('model_retries_total', labels, 0);
      samples.write('model_calls_without_usage_total', labels, 0);
      for (const [type, count] of Object.entries(errorTypesOf(calls))) {
        const status = type === OTHER ? OTHER : '';
        samples.write('model_errors_total', { ...labels, error_type: type, http_status: status }, count);
      }
      const firstTokens = endedOf(calls).flatMap(({ end }) => end.firstTokenSeconds ?? []);
      if (firstTokens.length > 0) samples.writeHistogram('model_time_to_first_token_seconds', labels, firstTokens);
    }
    for (const labels of this.placesOf('model', ['agent', 'model'])) {
      const calls = endedOf(this.staysAt({ kind: 'model', ...labels }));
      for (const type of ['input', 'cached_input', 'cache_write', 'output', 'reasoning'] as const) {
        samples.write('model_tokens_total', { ...labels, type }, tokensOf(calls, type));
      }
      samples.write('model_cost_usd_total', labels, tokenUsage(calls).cost_usd);
    }
    for (const labels of this.placesOf('model', ['model'])) {
      const { unpriced_calls } = tokenUsage(endedOf(this.staysAt({ kind: 'model', ...labels })));
      samples.write('model_unpriced_calls_total', labels, unpriced_calls);
    }
  }

  private agentDocument(agent: string) {
    const tools = this.placesOf('tool', ['agent', 'tool']).filter((place) => place.agent === agent);
    return {
      agent_id: agent,
      agent_name: agent,
      ...executionsDocument(this.staysAt({ kind: 'agent', agent })),
      token_usage: tokenUsage(endedOf(this.staysAt({ kind: 'model', agent }))),
      tool_metrics: record(
        tools.map(({ tool }) => tool),
        (tool) => this.toolDocument({ kind: 'tool', agent, tool }),
      ),
    };
  }

  private toolDocument(place: Partial<Place> & { tool: string }) {
    const stays = this.staysAt(place);
    return {
      tool_name: place.tool,
      ...executionsDocument(stays),
      input_bytes: sumOf(endedOf(stays), ({ end }) => end.inputBytes ?? 0),
      output_bytes: sumOf(endedOf(stays), ({ end }) => end.outputBytes ?? 0),
    };
  }

  private modelDocument(model: string) {
    const stays = this.staysAt({ kind: 'model', model });
    return {
      model,
      ...executionsDocument(stays),
      errors: errorTypesOf(stays),
      // Records always report.
      calls_without_usage: 0,
      token_usage: tokenUsage(endedOf(stays)),
    };
  }

  private placeOf({ kind, agent, tool = '', model = '', provider = '' }: PlainExecution): Place {
    const under = agent === undefined ? '' : this.agentPlace(agent);
    const names = [kind, under, tool, model, provider];
    // Who is folded although the rest of its names has a place stays folded.
    const keep = { kind, agent: under, tool, model, provider, isFolded: under !== (agent ?? '') };
    if (kind === 'agent') return keep;
    const isDeclared = this.isDeclaredAgent(under) && this.settings.declaredTools.includes(tool);
    if ((kind === 'tool' && isDeclared) || this.admit(names, kind)) return keep;
    if (!this.isDeclaredAgent(under)) this.agents.add(OTHER);
    return {
      kind,
      agent: this.isDeclaredAgent(under) ? under : OTHER,
      tool: tool === '' || this.settings.declaredTools.includes(tool) ? tool : OTHER,
      model: model === '' ? '' : OTHER,
      provider: provider === '' ? '' : OTHER,
      isFolded: true,
    };
  }

  private agentPlace(agent: string): string {
    const place = this.agents.has(agent) || this.admit(['agent', agent], 'agent') ? agent : OTHER;
    this.agents.add(place);
    return place;
  }

  private isDeclaredAgent(agent: string): boolean {
    return agent === '' || this.settings.declaredAgents.includes(agent);
  }

  private placeError(stay: Stay, kind: Place['kind']): void {
    const { errorType, status } = stay.end!;
    if (errorType === undefined || (status !== 'error' && status !== 'timeout')) return;
    const { agent, tool, model, provider } = stay.place;
    const isKnown = this.admit(['error', kind, agent, tool, model, provider, errorType], `${kind}Error`);
    if (!isKnown) this.dropped.push(`${kind}_errors`);
    stay.errorType = isKnown ? errorType : OTHER;
  }

  /** Whether these names have a place, which they take if there is one. */
  private admit(names: readonly string[], kind: keyof PlainLedger['taken']): boolean {
    const key = JSON.stringify(names);
    if (this.known.has(key)) return true;
    if (this.taken[kind] >= this.settings.maxSeries) return false;
    this.taken[kind] += 1;
    this.known.add(key);
    return true;
  }

  private staysAt(place: Partial<Place>): Stay[] {
    const wanted = Object.entries(place) as [keyof Place, string][];
    return this.stays.filter((stay) => wanted.every(([name, value]) => stay.place[name] === value));
  }

  private placesOf<Name extends 'agent' | 'tool' | 'model' | 'provider'>(kind: Place['kind'], by: readonly Name[]) {
    const places = this.staysAt({ kind }).map(({ place }) =>
      JSON.stringify(Object.fromEntries(by.map((name) => [name, place[name]]))),
    );
    return [...new Set(places)].map((text) => JSON.parse(text) as Record<Name, string>);
  }

  private names(kind: 'tool' | 'model'): string[] {
    return this.placesOf(kind, [kind]).map((place) => place[kind]);
  }

  private cacheNames(): string[] {
    return [...new Set(this.lookUps.flatMap(({ cache }) => cache ?? []))];
  }

  private lookUpsOf(matches: (lookUp: { readonly cache: string | undefined }) => boolean) {
    const lookUps = this.lookUps.filter(matches);
    const hits = lookUps.filter(({ isHit }) => isHit).length;
    return { hits, misses: lookUps.length - hits, hit_rate: lookUps.length === 0 ? 0 : hits / lookUps.length };
  }

  private ended(): Ended[] {
    return endedOf(this.stays);
  }

  private running(): Stay[] {
    return runningOf(this.stays);
  }
}

type Ended = Stay & { readonly end: PlainEnd };

const endedOf = (stays: readonly Stay[]) => stays.filter((stay): stay is Ended => stay.end !== undefined);
const runningOf = (stays: readonly Stay[]) => stays.filter(({ hasLeft }) => !hasLeft);

function sumOf<Item>(items: readonly Item[], valueOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + valueOf(item), 0);
}

function record<Value>(names: Iterable<string>, read: (name: string) => Value): Record<string, Value> {
  return Object.fromEntries([...names].map((name) => [name, read(name)]));
}

function durations(ended: readonly Ended[]) {
  const seconds = ended.flatMap(({ end }) => end.seconds ?? []);
  if (seconds.length === 0) return { total: 0, average: 0, min: 0, max: 0 };
  const total = sumOf(seconds, (value) => value);
  return { total, average: total / seconds.length, min: Math.min(...seconds), max: Math.max(...seconds) };
}

function executionsDocument(stays: readonly Stay[]) {
  const ended = endedOf(stays);
  const count = (status: ExecutionStatus) => ended.filter(({ end }) => end.status === status).length;
  const { total, average, min, max } = durations(ended);
  return {
    execution_count: ended.length,
    success_count: count('success'),
    error_count: count('error'),
    timeout_count: count('timeout'),
    cancelled_count: count('cancelled'),
    in_progress: runningOf(stays).length,
    retry_count: sumOf(ended, ({ end }) => end.retries ?? 0),
    total_duration_seconds: total,
    average_duration_seconds: average,
    min_duration_seconds: min,
    max_duration_seconds: max,
  };
}

function errorTypesOf(stays: readonly Stay[]): Record<string, number> {
  const types = endedOf(stays).flatMap(({ errorType }) => errorType ?? []);
  return record(new Set(types), (type) => types.filter((other) => other === type).length);
}

function tokensOf(ended: readonly Ended[], ...types: (keyof PlainTokens)[]): number {
  return sumOf(ended, ({ end }) => sumOf(types, (type) => end.tokens?.[type] ?? 0));
}

function tokenUsage(ended: readonly Ended[]) {
  const calls = ended.filter(({ place }) => place.kind === 'model');
  const input = tokensOf(calls, 'input', 'cached_input', 'cache_write');
  const output = tokensOf(calls, 'output', 'reasoning');
  return {
    calls: calls.length,
    input_tokens: input,
    cached_input_tokens: tokensOf(calls, 'cached_input'),
    cache_write_tokens: tokensOf(calls, 'cache_write'),
    output_tokens: output,
    reasoning_tokens: tokensOf(calls, 'reasoning'),
    total_tokens: input + output,
    cost_usd: sumOf(calls, ({ end }) => end.costUsd ?? 0),
    unpriced_calls: calls.filter(({ end }) => end.costUsd === undefined).length,
  };
}

/** Samples by their series. */
class SampleWriter {
  readonly values: Record<string, number> = {};

  constructor(private readonly bounds: readonly number[]) {}

  write(name: string, labels: Labels, value: number): void {
    this.values[seriesKey(`crew_${name}`, labels)] = value;
  }

  writeStatuses(name: string, labels: Labels, stays: readonly Stay[]): void {
    for (const status of STATUSES) {
      const count = endedOf(stays).filter(({ end }) => end.status === status).length;
      this.write(name, { ...labels, status }, count);
    }
  }

  writeDurations(name: string, labels: Labels, stays: readonly Stay[]): void {
    const seconds = endedOf(stays).flatMap(({ end }) => end.seconds ?? []);
    this.writeHistogram(name, labels, seconds);
  }

  writeHistogram(name: string, labels: Labels, seconds: readonly number[]): void {
    for (const bound of [...this.bounds, Infinity]) {
      const le = bound === Infinity ? '+Inf' : Number.isInteger(bound) ? `${bound}.0` : String(bound);
      this.write(`${name}_bucket`, { ...labels, le }, seconds.filter((value) => value <= bound).length);
    }
    const sum = sumOf(seconds, (value) => value);
    this.write(`${name}_sum`, labels, sum);
    this.write(`${name}_count`, labels, seconds.length);
  }

  /** What agents and tools have in common. */
  writeExecutions(kind: 'agent' | 'tool', labels: Labels, stays: readonly Stay[]): void {
    const ended = endedOf(stays);
    this.writeStatuses(`${kind}_executions_total`, labels, stays);
    this.writeDurations(`${kind}_execution_duration_seconds`, labels, stays);
    this.write(`${kind}_executions_in_progress`, labels, runningOf(stays).length);
    this.write(
      `${kind}_retries_total`,
      labels,
      sumOf(ended, ({ end }) => end.retries ?? 0),
    );
    for (const [type, count] of Object.entries(errorTypesOf(ended))) {
      this.write(`${kind}_errors_total`, { ...labels, error_type: type }, count);
    }
  }
}
