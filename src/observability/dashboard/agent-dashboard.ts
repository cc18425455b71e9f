import { metricName } from '../../export/families/metric-name';
import { alertNames } from '../rules/agent-rules';
import type { ObservabilitySettings } from '../settings';
import { agentsRow } from './agents.row';
import { breakdownRow } from './breakdown.row';
import { DashboardQueries } from './dashboard-queries';
import type { DashboardRow, RowBuilder } from './dashboard-row';
import { modelsRow } from './models.row';
import { firingAlerts, overviewRow } from './overview.row';
import { DATASOURCE, panelJson, type GridPosition, type PanelDescription, type PanelJson } from './panel';
import { processRow } from './process.row';
import { toolsRow } from './tools.row';

const ROWS: readonly RowBuilder[] = [overviewRow, agentsRow, toolsRow, modelsRow, breakdownRow, processRow];
const COLUMNS = 24;

/** The dashboard, as Grafana stores dashboards. */
export function agentDashboard(settings: ObservabilitySettings) {
  const queries = new DashboardQueries(settings.prefix, settings.breakdown);
  return {
    uid: `${settings.prefix.replaceAll('_', '-')}-agents`,
    title: `AI agents (${settings.prefix})`,
    description: 'Agents, tools, models and their cost, as nestjs-agent-metrics counts them.',
    tags: ['nestjs-agent-metrics'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    timezone: 'browser',
    time: { from: 'now-1h', to: 'now' },
    refresh: '30s',
    templating: { list: variables(settings.prefix) },
    annotations: { list: [alertAnnotation(settings), startAnnotation(queries)] },
    links: links(settings),
    panels: layOut(ROWS.flatMap((build) => build(queries, settings) ?? [])),
  };
}

export type Dashboard = ReturnType<typeof agentDashboard>;

export function renderDashboard(settings: ObservabilitySettings): string {
  return `${JSON.stringify(agentDashboard(settings), null, 2)}\n`;
}

function variables(prefix: string) {
  const processes = metricName(prefix, 'start_time_seconds');
  const agents = metricName(prefix, 'agent_executions_total');
  const tools = metricName(prefix, 'tool_executions_total');
  const models = metricName(prefix, 'model_calls_total');
  return [
    { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: {}, hide: 0 },
    labelVariable('job', 'Application', processes),
    labelVariable('instance', 'Process', `${processes}{job=~"$job"}`),
    labelVariable('agent', 'Agent', `${agents}{job=~"$job"}`),
    labelVariable('tool', 'Tool', `${tools}{job=~"$job", agent=~"$agent"}`),
    labelVariable('model', 'Model', `${models}{job=~"$job"}`),
    { name: 'top', label: 'Lines', type: 'custom', query: '10,5,20,50', current: { text: '10', value: '10' }, hide: 0 },
  ];
}

function labelVariable(name: string, label: string, series: string) {
  const query = `label_values(${series}, ${name})`;
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    definition: query,
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    // All of them: also tools outside any agent, and what appears later.
    allValue: '.*',
    current: { text: ['All'], value: ['$__all'] },
    hide: 0,
  };
}

function alertAnnotation(settings: ObservabilitySettings) {
  return {
    name: 'Alerts',
    datasource: DATASOURCE,
    enable: true,
    hide: false,
    iconColor: 'red',
    expr: firingAlerts(alertNames(settings)),
    step: '60s',
    titleFormat: '{{alertname}}',
    textFormat: '{{severity}} {{agent}} {{tool}} {{model}} {{cache}} {{instance}}',
    useValueForTime: false,
  };
}

/** The value is the time: also a process that is new has a mark, not only one that has changed. */
function startAnnotation(queries: DashboardQueries) {
  return {
    name: 'Starts',
    datasource: DATASOURCE,
    enable: true,
    hide: false,
    iconColor: 'blue',
    expr: `${queries.select('start_time_seconds')} * 1000`,
    step: '60s',
    titleFormat: 'Start or deployment',
    textFormat: '{{instance}} {{worker}}',
    useValueForTime: true,
  };
}

/** Only addresses: Grafana would look for a path in itself. */
function links({ runbooks, page }: ObservabilitySettings) {
  const targets = [
    { title: 'Runbooks', url: runbooks },
    { title: 'Requests and the map of the crew', url: page },
  ];
  return targets
    .filter(({ url }) => /^https?:/.test(url))
    .map((target) => ({
      ...target,
      type: 'link',
      icon: 'external link',
      targetBlank: true,
      keepTime: false,
      tags: [],
    }));
}

interface RowJson {
  readonly id: number;
  readonly type: 'row';
  readonly title: string;
  readonly collapsed: boolean;
  readonly gridPos: GridPosition;
  readonly panels: readonly PanelJson[];
}

/** Rows below one another, the panels of each from left to right. All but the first are folded, which holds their panels. */
function layOut(rows: readonly DashboardRow[]): (RowJson | PanelJson)[] {
  const grid = new Grid();
  let id = 0;
  return rows.flatMap(({ title, panels: described }, index): (RowJson | PanelJson)[] => {
    const row = { id: (id += 1), type: 'row' as const, title, gridPos: grid.place(COLUMNS, 1) };
    const panels = described.map((panel) => panelJson(panel, (id += 1), grid.place(panel.width ?? 8, heightOf(panel))));
    return index === 0 ? [{ ...row, collapsed: false, panels: [] }, ...panels] : [{ ...row, collapsed: true, panels }];
  });
}

/** Single numbers, several of which share a line, need less room. */
function heightOf({ type, width }: PanelDescription): number {
  return type === 'stat' && width !== undefined ? 4 : 8;
}

/** The place of the next panel: beside the last one if there is room, else below the highest of its line. */
class Grid {
  private x = 0;
  private y = 0;
  private lineHeight = 0;

  place(w: number, h: number): GridPosition {
    if (this.x + w > COLUMNS) {
      this.x = 0;
      this.y += this.lineHeight;
      this.lineHeight = 0;
    }
    const position = { x: this.x, y: this.y, w, h };
    this.x += w;
    this.lineHeight = Math.max(this.lineHeight, h);
    return position;
  }
}
