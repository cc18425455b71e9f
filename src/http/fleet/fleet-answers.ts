import type { FleetQueryName } from './fleet-queries';
import type { FleetMoments } from './fleet-range';
import type { FleetCourse } from './fleet-report';
import type { FleetSeries } from './prometheus-answer';

/** So many courses in one plot can be told apart. */
const MAX_COURSES = 8;

type Labels = Readonly<Record<string, string>>;

/** What was answered, looked up by labels. */
export class FleetAnswers {
  /** @param series of each question that was answered */
  constructor(
    private readonly series: ReadonlyMap<FleetQueryName, readonly FleetSeries[]>,
    readonly moments: FleetMoments,
  ) {}

  /** Of all series that have these labels; undefined where there is none. */
  sum(name: FleetQueryName, labels: Labels = {}): number | undefined {
    const values = this.find(name, labels).flatMap(({ points }) => points[0]?.value ?? []);
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
  }

  /** The same of a counter of whole numbers, which the server may have estimated. */
  count(name: FleetQueryName, labels: Labels = {}): number | undefined {
    const sum = this.sum(name, labels);
    return sum === undefined ? undefined : Math.round(sum);
  }

  /** Every value of a label, once. */
  namesOf(name: FleetQueryName, label: string): string[] {
    return [...new Set(this.of(name).map(({ labels }) => labels[label] ?? ''))];
  }

  courses(name: FleetQueryName, label: string): FleetCourse[] {
    return this.of(name).map((series) => ({ name: series.labels[label] ?? '', values: this.valuesOf(series) }));
  }

  /** Those of the largest sums, and the rest together. */
  largestCourses(name: FleetQueryName, label: string): FleetCourse[] {
    const courses = this.courses(name, label).sort((a, b) => total(b) - total(a));
    if (courses.length <= MAX_COURSES) return courses;
    const rest = courses.slice(MAX_COURSES - 1);
    return [
      ...courses.slice(0, MAX_COURSES - 1),
      { name: undefined, values: this.times().map((_, at) => sumAt(rest, at)) },
    ];
  }

  /** Of the points, in seconds since 1970. */
  times(): number[] {
    const { start, end, step } = this.moments;
    return Array.from({ length: Math.round((end - start) / step) + 1 }, (_, at) => start + at * step);
  }

  of(name: FleetQueryName): readonly FleetSeries[] {
    return this.series.get(name) ?? [];
  }

  private find(name: FleetQueryName, labels: Labels): FleetSeries[] {
    const wanted = Object.entries(labels);
    return this.of(name).filter((series) => wanted.every(([label, text]) => (series.labels[label] ?? '') === text));
  }

  private valuesOf({ points }: FleetSeries): (number | null)[] {
    const { start, step } = this.moments;
    const values = new Map(points.map(({ time, value }) => [Math.round((time - start) / step), value]));
    return this.times().map((_, at) => values.get(at) ?? null);
  }
}

function total({ values }: FleetCourse): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

function sumAt(courses: readonly FleetCourse[], at: number): number | null {
  const values = courses.flatMap(({ values }) => values[at] ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}
