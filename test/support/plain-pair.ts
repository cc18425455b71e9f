import { Injectable } from '@nestjs/common';
import {
  currentExecution,
  TrackAgent,
  TrackTool,
  type ExecutionHandle,
  type ExecutionStatus,
  type MetricsModuleOptions,
} from '../../src';
import { agentMetricsProducer, type AgentMetricsProducerOptions, type MetricData } from '../../src/adapters/otel';
import { expectAgreement } from './agreement';
import { expectConventions } from './convention-agreement';
import { prometheusSamples } from './open-telemetry-samples';
import { CollectionApp } from './collection-app';
import type { CollectedDocument } from './collected-document';
import { PlainLedger, type PlainEnd, type PlainExecution, type Stay } from './plain-ledger';

const BOUNDS = [0.01, 0.5, 2, 60];

@Injectable()
class Declared {
  @TrackAgent('declared agent')
  agent<Result>(work: () => Result): Result {
    return work();
  }

  @TrackTool('declared tool')
  tool<Result>(work: () => Result): Result {
    return work();
  }
}

/** An execution that runs until the test ends it. */
export class RunningCall {
  handle!: ExecutionHandle;
  readonly end: { resolve: () => void; reject: (error: unknown) => void };
  private readonly work: Promise<void>;
  returned!: Promise<void>;

  constructor(
    readonly execution: PlainExecution,
    readonly parent: RunningCall | undefined,
    readonly startedAt: number,
    readonly ledger: PlainLedger,
    /** Undefined where recording was off as it began. */
    readonly stay: Stay | undefined,
  ) {
    let end!: RunningCall['end'];
    this.work = new Promise((resolve, reject) => (end = { resolve, reject }));
    this.end = end;
  }

  readonly run = (): Promise<void> => {
    this.handle = currentExecution()!;
    return this.work;
  };
}

/** What the errors are called that end executions in so many ways. */
const ERROR_TYPES: Readonly<Record<Exclude<ExecutionStatus, 'success'>, string>> = {
  error: 'RangeError',
  timeout: 'TimeoutError',
  cancelled: 'AbortError',
};

/** An application and the plain list beside it; everything that happens, happens to both. */
export class PlainPair {
  readonly running: RunningCall[] = [];
  private ledger: PlainLedger;
  private isEnabled = true;

  private constructor(
    readonly app: CollectionApp,
    private readonly maxSeries: number,
  ) {
    this.ledger = this.newLedger();
  }

  static async start(options: MetricsModuleOptions & { maxSeries: number }): Promise<PlainPair> {
    const buckets = { request: BOUNDS, agent: BOUNDS, tool: BOUNDS, model: BOUNDS, firstChunk: BOUNDS };
    const app = await CollectionApp.start({ buckets, ...options }, { providers: [Declared] });
    return new PlainPair(app, options.maxSeries);
  }

  begin(kind: 'agent' | 'tool', name: string, within: RunningCall | undefined): void {
    const agent = kind === 'agent' ? name : contextAgent(within);
    const isRequest = kind === 'agent' && !this.isInLiveAgent(within);
    const execution = { kind, agent, tool: kind === 'tool' ? name : undefined, isRequest };
    const stay = this.isEnabled ? this.ledger.begin(execution) : undefined;
    const call = new RunningCall(execution, within, this.app.clock.now(), this.ledger, stay);
    this.inside(within, () => {
      call.returned = this.track(kind, name, call.run);
    });
    this.running.push(call);
  }

  async end(call: RunningCall, status: ExecutionStatus, retries: number): Promise<void> {
    this.running.splice(this.running.indexOf(call), 1);
    for (let i = 0; i < retries; i += 1) call.handle.recordRetry();
    if (status === 'success') call.end.resolve();
    else call.end.reject(Object.assign(new Error('Planned.'), { name: ERROR_TYPES[status] }));
    await call.returned.catch(() => undefined);
    const { clock } = this.app;
    const seconds = (clock.now() - call.startedAt) / 1_000;
    const errorType = status === 'success' ? undefined : ERROR_TYPES[status];
    if (call.stay === undefined) return;
    if (this.isEnabled) call.ledger.finish(call.stay, { status, seconds, errorType, retries }, clock.wallTime());
    else call.ledger.leave(call.stay);
  }

  /** What was measured elsewhere: it begins and ends at once. */
  add(execution: PlainExecution, end: PlainEnd): void {
    if (this.isEnabled) this.ledger.finish(this.ledger.begin(execution), end, this.app.clock.wallTime());
  }

  lookUp(cache: string | undefined, isHit: boolean): void {
    if (isHit) this.app.metrics.recordCacheHit(cache);
    else this.app.metrics.recordCacheMiss(cache);
    if (this.isEnabled) this.ledger.lookUp(cache, isHit, this.app.clock.wallTime());
  }

  switch(isEnabled: boolean): void {
    if (isEnabled) this.app.metrics.enable();
    else this.app.metrics.disable();
    this.isEnabled = isEnabled;
  }

  reset(): void {
    this.app.metrics.reset();
    this.ledger = this.newLedger();
  }

  /** Whether an agent that begins or ends here is a part of a request and none itself. */
  isInLiveAgent(call: RunningCall | undefined): boolean {
    for (let around = call; around !== undefined; around = around.parent) {
      if (around.execution.kind === 'agent' && this.running.includes(around)) return true;
    }
    return false;
  }

  /** Runs `work` in the context of a running execution. */
  inside<Result>(within: RunningCall | undefined, work: () => Result): Result {
    return within === undefined ? work() : within.handle.run(work);
  }

  /** The document, the text and the list agree in every number. */
  async expectEqual(): Promise<void> {
    const document = await this.app.json<CollectedDocument>();
    const samples = await this.app.samples();
    expectAgreement(document, samples);
    expect(rounded(numbersOf(document))).toEqual(rounded(this.ledger.document()));
    expect(rounded(countedSeries(samples.toRecord()))).toEqual(rounded(this.ledger.samples()));
    expect(prometheusSamples(await this.collect({ names: 'crew' }))).toEqual(samples.toRecord());
    expectConventions(document, await this.collect({ legacy: true }));
  }

  /** What goes to OpenTelemetry. */
  private async collect(options: AgentMetricsProducerOptions): Promise<MetricData[]> {
    const { errors, resourceMetrics } = await agentMetricsProducer({
      ...options,
      collector: this.app.metrics,
    }).collect();
    expect(errors).toEqual([]);
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  }

  private track(kind: 'agent' | 'tool', name: string, work: () => Promise<void>): Promise<void> {
    const declared = this.app.app.get(Declared);
    if (name === 'declared agent') return declared.agent(work);
    if (name === 'declared tool') return declared.tool(work);
    return kind === 'agent' ? this.app.tracker.trackAgent(name, work) : this.app.tracker.trackTool(name, work);
  }

  private newLedger(): PlainLedger {
    return new PlainLedger({
      maxSeries: this.maxSeries,
      bounds: BOUNDS,
      declaredAgents: ['declared agent'],
      declaredTools: ['declared tool'],
      startTime: this.app.clock.wallTime(),
    });
  }
}

/** The agent that tools and model calls belong to, whether or not it still runs. */
export function contextAgent(call: RunningCall | undefined): string | undefined {
  let agent = call;
  while (agent !== undefined && agent.execution.kind !== 'agent') agent = agent.parent;
  return agent?.execution.agent;
}

/** Texts of durations, the process and the time that passes have nothing to be compared with. */
function numbersOf(document: CollectedDocument): unknown {
  const sections = ['system_metrics', 'agent_metrics', 'tool_metrics', 'model_metrics', 'cache_metrics'];
  const left = Object.entries(document).filter(([section]) => sections.includes(section));
  return JSON.parse(JSON.stringify(Object.fromEntries(left)), (key, value: unknown) =>
    /_duration$|_time$|^uptime|memory|^provider$/.test(key) && key !== 'start_time' ? undefined : value,
  );
}

function countedSeries(samples: Record<string, number>): Record<string, number> {
  const counted = Object.entries(samples).filter(
    ([key]) =>
      !/^crew_(memory|start_time|agent_oldest|agent_executions_paused|agent_tool_calls|agent_model_calls|request_cost)/.test(
        key,
      ),
  );
  return Object.fromEntries(counted);
}

/** Keeps what lies half-way between two roundings, such as an average of sixteen, from going either way. */
const OFF_HALF_WAY = 3.1e-11;

/** Sums are taken in another order there than here. */
function rounded(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document), (_, value: unknown) =>
    typeof value === 'number' ? Number((value + OFF_HALF_WAY).toFixed(9)) : value,
  );
}
