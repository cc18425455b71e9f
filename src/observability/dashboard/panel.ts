export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** Grafana's names of what it shows: `s`, `percentunit` (0 to 1), `ops` (a second), `currencyUSD`, `bytes`. */
export type Unit = 's' | 'percentunit' | 'ops' | 'short' | 'currencyUSD' | 'bytes' | 'binBps' | 'dateTimeAsIso';

export interface Query {
  readonly expr: string;
  /** What a line is called, such as `{{agent}}`. */
  readonly legend: string;
  /** Whether its points lead to traces. @default false */
  readonly exemplar?: boolean;
}

/** One panel as the rows describe it; where it stands is counted out later. */
export interface PanelDescription {
  readonly title: string;
  /** What it shows and what to make of it. */
  readonly description: string;
  readonly type: 'timeseries' | 'stat' | 'table';
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** From which value on it is red. */
  readonly redFrom?: number;
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
    fieldConfig: { defaults: { unit, min: 0, ...appearance(panel) }, overrides: [] },
    options: OPTIONS[type],
    ...(type === 'table' && { transformations: [{ id: 'organize', options: { excludeByName: { Time: true } } }] }),
  };
}

export type PanelJson = ReturnType<typeof panelJson>;

function targetJson({ expr, legend, exemplar = false }: Query, index: number, type: PanelDescription['type']) {
  const isRange = type === 'timeseries';
  return {
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
    datasource: DATASOURCE,
    editorMode: 'code',
    expr,
    legendFormat: legend,
    exemplar,
    range: isRange,
    instant: !isRange,
    format: type === 'table' ? 'table' : 'time_series',
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

const OPTIONS = {
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  stat: { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, colorMode: 'value', graphMode: 'none' },
  table: { showHeader: true, sortBy: [{ displayName: 'Value', desc: true }] },
} as const;
