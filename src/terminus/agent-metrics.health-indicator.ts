import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { MetricsCollector, type TrendFigures, type TrendWindow } from '../index';
import { CostMeter } from './cost-meter';

/** Whose executions a check looks at, and how. */
export interface ExecutionCheckOptions {
  /** One agent. @default requests: all outermost agent executions */
  readonly agent?: string;
  /** One tool, over all agents. Takes precedence over `agent`. */
  readonly tool?: string;
  /** How far back. @default '5m' */
  readonly window?: TrendWindow;
  /** With fewer executions than this in the window, the check passes. @default 20 */
  readonly minExecutions?: number;
}

/** Whose cost a check looks at, and how. */
export interface CostCheckOptions {
  /** One agent. @default the whole application */
  readonly agent?: string;
  /** How far back. @default '1h' */
  readonly window?: TrendWindow;
}

const WINDOW_SECONDS: Readonly<Record<TrendWindow, number>> = { '1m': 60, '5m': 300, '15m': 900, '1h': 3_600 };
const NOTHING: Pick<TrendFigures, 'count' | 'errorRate' | 'p95Seconds'> = { count: 0, errorRate: 0, p95Seconds: 0 };

/**
 * Checks agents and tools for `@nestjs/terminus`. Provide it in the module that imports `TerminusModule`.
 *
 * @example
 * this.health.check([() => this.agents.checkErrorRate('agents', 0.5), () => this.agents.checkP95('agents_p95', 60)]);
 */
@Injectable()
export class AgentMetricsHealthIndicator {
  private readonly costMeters = new Map<string, CostMeter>();

  /** @internal Nest makes it: inject it. */
  constructor(
    private readonly metrics: MetricsCollector,
    private readonly indicators: HealthIndicatorService,
  ) {}

  /**
   * Down where more than this share, 0 to 1, ended with an error or a timeout.
   *
   * @throws RangeError where `maxErrorRate` is no share
   *
   * @example
   * this.agents.checkErrorRate('search', 0.2, { tool: 'search', window: '15m' });
   */
  checkErrorRate<const Key extends string>(
    key: Key,
    maxErrorRate: number,
    options: ExecutionCheckOptions = {},
  ): HealthIndicatorResult<Key> {
    if (!(maxErrorRate >= 0 && maxErrorRate <= 1)) throw outOfRange('maxErrorRate', maxErrorRate, 'from 0 to 1');
    const { count, errorRate } = this.figures(options);
    const data = { executions: count, errorRate, maxErrorRate };
    return this.report(key, hasEnough(count, options) && errorRate > maxErrorRate, data);
  }

  /**
   * Down where 5 % or more took longer than this, in seconds.
   *
   * @throws RangeError where `maxSeconds` is not positive
   *
   * @example
   * this.agents.checkP95('researcher_p95', 30, { agent: 'researcher' });
   */
  checkP95<const Key extends string>(
    key: Key,
    maxSeconds: number,
    options: ExecutionCheckOptions = {},
  ): HealthIndicatorResult<Key> {
    if (!(maxSeconds > 0)) throw outOfRange('maxSeconds', maxSeconds, 'above 0');
    const { count, p95Seconds } = this.figures(options);
    const data = { executions: count, p95Seconds, maxSeconds };
    return this.report(key, hasEnough(count, options) && p95Seconds > maxSeconds, data);
  }

  /**
   * Down where model calls have cost more than this, in US dollars and as far as prices are known. Between two checks
   * it knows only the total cost.
   *
   * @throws RangeError where `maxUsd` is negative
   */
  checkCost<const Key extends string>(
    key: Key,
    maxUsd: number,
    { agent, window = '1h' }: CostCheckOptions = {},
  ): HealthIndicatorResult<Key> {
    if (!(maxUsd >= 0)) throw outOfRange('maxUsd', maxUsd, '0 or above');
    const costUsd = this.costMeter(window, agent).read();
    return this.report(key, costUsd > maxUsd, { costUsd, maxUsd });
  }

  private figures({ agent, tool, window = '5m' }: ExecutionCheckOptions) {
    const name = tool ?? agent;
    const names = name === undefined ? [] : [name];
    const { system, agents, tools } = this.metrics.getTrends({ window, names, points: false });
    if (tool !== undefined) return Object.hasOwn(tools, tool) ? tools[tool]! : NOTHING;
    if (agent !== undefined) return Object.hasOwn(agents, agent) ? agents[agent]! : NOTHING;
    return system;
  }

  private costMeter(window: TrendWindow, agent: string | undefined): CostMeter {
    const seconds = WINDOW_SECONDS[window];
    if (seconds === undefined) throw outOfRange('window', window, `one of ${Object.keys(WINDOW_SECONDS).join(', ')}`);
    const key = JSON.stringify([window, agent]);
    const meter = this.costMeters.get(key) ?? new CostMeter(this.metrics, seconds, agent);
    this.costMeters.set(key, meter);
    return meter;
  }

  private report<const Key extends string>(
    key: Key,
    isDown: boolean,
    data: Record<string, number>,
  ): HealthIndicatorResult<Key> {
    const session = this.indicators.check(key);
    return isDown ? session.down(data) : session.up(data);
  }
}

/** One failed call of one is a rate of 100 %, and no reason to take a pod out. */
function hasEnough(count: number, { minExecutions = 20 }: ExecutionCheckOptions): boolean {
  return count > 0 && count >= minExecutions;
}

function outOfRange(name: string, value: unknown, allowed: string): RangeError {
  return new RangeError(`${name} is ${String(value)}; it must be ${allowed}.`);
}
