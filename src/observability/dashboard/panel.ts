export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** Grafana's names of what it shows: `s`, `percentunit` (0 to 1), `ops` (a second), `currencyUSD`, `bytes`. */
export type Unit = 's' | 'percentunit' | 'ops' | 'short' | 'currencyUSD' | 'bytes' | 'binBps' | 'dateTimeAsIso';

export interface Query {
  readonly expr: string;
  /** What a line is called, such as `{{agent}}`. */
  readonly legend: string;
  /** Whether its points lead to traces. @default false */
  readonly exemplar?: boolean;
  /** Head of its column in a table of several queries. */
  readonly column?: string;
  /** Of that column. */
  readonly unit?: Unit;
}

/** One panel as the rows describe it; its place is computed later. */
export interface PanelDescription {
  readonly title: string;
  /** What it shows and what to make of it. */
  readonly description: string;
  readonly type: 'timeseries' | 'stat' | 'table' | 'heatmap';
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** From which value on it is red. */
  readonly redFrom?: number;
  /** Column by which a table of several queries is sorted, highest first. @default the value */
  readonly sortBy?: string;
  /** Of 24 columns. @default 8 */
  readonly width?: number;
}

export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export function panelJson(panel: PanelDescription, id: number, gridPos: GridPosition) {
  const { title, description, type, unit, queries } = panel;
  return {
    id,
    type,
    title,
    description,
    datasource: DATASOURCE,
    gridPos,
    targets: queries.map((query, index) => targetJson(query, index, type)),
    fieldConfig: { defaults: { unit, min: 0, ...appearance(panel) }, overrides: queries.flatMap(columnUnit) },
    options: optionsOf(panel),
    ...(type === 'table' && { transformations: transformationsOf(queries) }),
  };
}

export type PanelJson = ReturnType<typeof panelJson>;

function optionsOf({ type, unit, sortBy = 'Value' }: PanelDescription) {
  if (type === 'table') return { showHeader: true, sortBy: [{ displayName: sortBy, desc: true }] };
  // A moment in time has no course.
  if (type === 'stat') return { ...OPTIONS.stat, graphMode: unit === 'dateTimeAsIso' ? 'none' : 'area' };
  return OPTIONS[type];
}

/** Several queries become the columns of one table. Grafana calls their values `Value #A`, `Value #B`. */
function transformationsOf(queries: readonly Query[]) {
  const heads = queries.flatMap(({ column }, index) =>
    column === undefined ? [] : [[`Value #${refIdOf(index)}`, column]],
  );
  const organize = {
    id: 'organize',
    options: { excludeByName: { Time: true }, renameByName: Object.fromEntries(heads) as Record<string, string> },
  };
  return heads.length === 0 ? [organize] : [{ id: 'merge', options: {} }, organize];
}

function columnUnit({ column, unit }: Query) {
  if (column === undefined) return [];
  return [{ matcher: { id: 'byName', options: column }, properties: [{ id: 'unit', value: unit }] }];
}

function refIdOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

/** The highest only where there is a line for each name, of which there may be hundreds. */
function limited(expr: string, legend: string): string {
  return /\{\{(?:agent|tool|model)\}\}/.test(legend) ? `topk($top, ${expr})` : expr;
}

function targetJson({ expr, legend, exemplar = false }: Query, index: number, type: PanelDescription['type']) {
  const isRange = type !== 'table';
  return {
    refId: refIdOf(index),
    datasource: DATASOURCE,
    editorMode: 'code',
    expr: type === 'timeseries' ? limited(expr, legend) : expr,
    legendFormat: legend,
    exemplar,
    range: isRange,
    instant: !isRange,
    format: FORMATS[type],
  };
}

function appearance({ type, redFrom }: PanelDescription) {
  const red = redFrom === undefined ? [] : [{ color: 'red', value: redFrom }];
  const thresholds = { mode: 'absolute', steps: [{ color: 'green', value: null }, ...red] };
  if (type !== 'timeseries') return { thresholds };
  const thresholdsStyle = { mode: redFrom === undefined ? 'off' : 'dashed' };
  return {
    thresholds,
    custom: { lineWidth: 1, fillOpacity: 10, showPoints: 'auto', spanNulls: false, thresholdsStyle },
  };
}

const FORMATS = { timeseries: 'time_series', stat: 'time_series', table: 'table', heatmap: 'heatmap' } as const;

const OPTIONS = {
  timeseries: {
    legend: { displayMode: 'table', placement: 'bottom', showLegend: true, calcs: ['lastNotNull', 'max'] },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  stat: { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, colorMode: 'value' },
  heatmap: {
    calculate: false,
    cellGap: 1,
    color: { mode: 'scheme', scheme: 'Oranges', steps: 64 },
    legend: { show: true },
    tooltip: { mode: 'single', yHistogram: true },
    yAxis: { unit: 's' },
  },
} as const;
