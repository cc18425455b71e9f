import { byName } from '../../collection/reading/snapshot.reader';
import type { Trend, TrendFigures, Trends } from '../../collection/reading/trend-window';

/** The course of everything over one window, as JSON. */
export function trendsDocument({ window, slotSeconds, system, agents, tools }: Trends) {
  return {
    window,
    slot_seconds: slotSeconds,
    system: trendDocument(system),
    agents: byName(Object.entries(agents), trendDocument),
    tools: byName(Object.entries(tools), trendDocument),
  };
}

function trendDocument(trend: Trend) {
  return {
    ...figuresDocument(trend),
    previous: figuresDocument(trend.previous),
    change: trend.change,
    points: trend.points.map(({ startTime, count, errors, p95Seconds }) => ({
      start_time: startTime,
      count,
      errors,
      p95_seconds: p95Seconds,
    })),
  };
}

function figuresDocument(figures: TrendFigures) {
  return {
    count: figures.count,
    rate_per_second: figures.ratePerSecond,
    error_rate: figures.errorRate,
    average_seconds: figures.averageSeconds,
    p50_seconds: figures.p50Seconds,
    p95_seconds: figures.p95Seconds,
    p99_seconds: figures.p99Seconds,
  };
}
