import type { TrendsReading } from '../../collection/reading/trends.reader';
import type {
  SystemTrend,
  SystemTrendPoint,
  Trend,
  TrendFigures,
  TrendPoint,
  TrendUsage,
  UsageTrend,
  UsageTrendPoint,
} from '../../collection/reading/trend-window';
import type { TextBuffer } from '../text/text-buffer';
import {
  listOf,
  mapSteps,
  objectOfMembers,
  orNull,
  writeFinite,
  writeText,
  writeTime,
  type Members,
} from './json-object';

const FIGURES: Members<TrendFigures> = {
  count: writeFinite,
  ratePerSecond: writeFinite,
  errorRate: writeFinite,
  averageSeconds: writeFinite,
  p50Seconds: writeFinite,
  p95Seconds: writeFinite,
  p99Seconds: writeFinite,
};

const USAGE: Members<TrendUsage> = { tokens: writeFinite, costUsd: writeFinite };

const POINT: Members<TrendPoint> = {
  startTime: writeTime,
  count: writeFinite,
  errors: writeFinite,
  p95Seconds: writeFinite,
};

const SYSTEM_POINT: Members<SystemTrendPoint> = {
  ...POINT,
  ...USAGE,
  p50Seconds: writeFinite,
  p99Seconds: writeFinite,
  memoryUsageBytes: writeFinite,
  cacheHits: writeFinite,
  cacheMisses: writeFinite,
  requestsInProgress: writeFinite,
};

const WITH_USAGE: Omit<Members<UsageTrend>, 'points'> = {
  ...FIGURES,
  ...USAGE,
  previous: orNull(objectOfMembers({ ...FIGURES, ...USAGE })),
  change: writeText,
};

const writeTool = objectOfMembers<Trend>({
  ...FIGURES,
  previous: orNull(objectOfMembers(FIGURES)),
  change: writeText,
  points: listOf(objectOfMembers(POINT)),
});

const writeWithUsage = objectOfMembers<UsageTrend>({
  ...WITH_USAGE,
  points: listOf(objectOfMembers<UsageTrendPoint>({ ...POINT, ...USAGE })),
});

const writeSystem = objectOfMembers<SystemTrend>({ ...WITH_USAGE, points: listOf(objectOfMembers(SYSTEM_POINT)) });

/** The course of everything over one window, as JSON. */
export function* trendsSteps(out: TextBuffer, trends: TrendsReading): Generator<void> {
  out.write('{');
  yield* trendMembersSteps(out, trends);
  out.write('}');
}

/** The same without its braces, where the document has further members. */
export function* trendMembersSteps(out: TextBuffer, trends: TrendsReading): Generator<void> {
  const { window, slotSeconds, coveredSeconds, system, agents, tools, models } = trends;
  out.write(`"window":"${window}","slot_seconds":${slotSeconds},"covered_seconds":${coveredSeconds},"system":`);
  writeSystem(out, system);
  out.write(',"agents":');
  yield* mapSteps(out, agents, writeWithUsage);
  out.write(',"tools":');
  yield* mapSteps(out, tools, writeTool);
  out.write(',"models":');
  yield* mapSteps(out, models, writeWithUsage);
}
