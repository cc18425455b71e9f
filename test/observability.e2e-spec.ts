import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { exposedFamilies } from '../src/export/families/exposed-families';
import { WORKERS_FAMILY } from '../src/export/families/workers-family';
import { processMetrics } from '../src/export/prom-client/process-metrics';
import { helpText, runCommand } from '../src/observability/command-line';
import { agentDashboard } from '../src/observability/dashboard/agent-dashboard';
import type { PanelJson } from '../src/observability/dashboard/panel';
import { observabilityFiles } from '../src/observability/observability-files';
import { alertNames, ruleGroups } from '../src/observability/rules/agent-rules';
import type { AlertingRule, RecordingRule } from '../src/observability/rules/rule-file';
import { completeSettings, flagOf, SETTING_NAMES, SETTINGS } from '../src/observability/settings';
import { readTable } from './support/markdown-table';
import { OBSERVABILITY, panelsOf, readObservability, withFolded } from './support/observability-folder';

const UPDATE = 'UPDATE_OBSERVABILITY=1 npx jest test/observability';
const SETTINGS_BY_DEFAULT = completeSettings();
const rules = ruleGroups(SETTINGS_BY_DEFAULT).flatMap((group) => group.rules);
const alerts = rules.filter((rule): rule is AlertingRule => 'alert' in rule);
const recordings = rules.filter((rule): rule is RecordingRule => 'record' in rule);
const readDocs = (name: string) => readFileSync(join(__dirname, '../docs', name), 'utf8');

/** Names of metrics in a query: what is no function, keyword, label or string. */
function metricsIn(expression: string): string[] {
  const bare = expression
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, '{}')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(?:by|on|without)\s*\([^)]*\)/g, '');
  const words = bare.match(/(?<![\d.])\b[a-zA-Z_][\w:]*\b(?!\s*\()/g) ?? [];
  const keywords = ['top', 'and', 'or', 'unless', 'offset', 'by', 'sum', 'max', 'h'];
  return [...new Set(words.filter((word) => !keywords.includes(word)))];
}

const exposed = [...exposedFamilies(undefined), WORKERS_FAMILY].flatMap(({ name, type }) =>
  type === 'histogram' ? ['bucket', 'sum', 'count'].map((suffix) => `crew_${name}_${suffix}`) : [`crew_${name}`],
);

describe('The files in observability/', () => {
  it.each(Object.entries(observabilityFiles(SETTINGS_BY_DEFAULT)))('%s is what the sources yield', (name, text) => {
    if (process.env.UPDATE_OBSERVABILITY === '1') return writeFileSync(join(OBSERVABILITY, name), text);
    const advice = (isSame: boolean) => (isSame ? 'up to date' : `out of date: run ${UPDATE}`);
    const committed = readObservability(name);
    expect([advice(committed === text), committed]).toEqual([advice(true), text]);
  });

  it('follow the prefix, and name it nowhere else', () => {
    const renamed = observabilityFiles({ ...SETTINGS_BY_DEFAULT, prefix: 'my_shop' });
    for (const [name, text] of Object.entries(observabilityFiles(SETTINGS_BY_DEFAULT))) {
      expect(renamed[name]).not.toMatch(/crew/);
      expect(renamed[name]).toBe(text.replace('"uid": "crew-', '"uid": "my-shop-').replaceAll('crew', 'my_shop'));
    }
  });

  it('belong together', () => {
    const compose = parse(readObservability('compose.yml')) as {
      services: Record<string, { volumes?: string[]; environment?: Record<string, string>; secrets?: object[] }>;
      secrets: object;
    };
    const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes.map((v) => v.split(':')[0]!));
    expect(mounted).toHaveLength(6);
    for (const file of mounted) expect([file, existsSync(join(OBSERVABILITY, file))]).toEqual([file, true]);
    // Nobody has a token that everybody knows: both read a variable, without which nothing starts.
    expect(compose.services['demo']!.environment!['METRICS_TOKEN']).toMatch(/^\$\{METRICS_TOKEN:\?.+\}$/);
    expect(compose.secrets).toEqual({ 'metrics-token': { environment: 'METRICS_TOKEN' } });
    expect(compose.services['prometheus']!.secrets).toEqual([
      { source: 'metrics-token', target: '/etc/prometheus/metrics-token' },
    ]);
    for (const name of ['prometheus.yml', 'alertmanager.yml', 'grafana/datasources.yml', 'grafana/dashboards.yml']) {
      expect(parse(readObservability(name))).toEqual(expect.any(Object));
    }
  });
});

describe('The rules', () => {
  it('are, as YAML, what they are as objects', () => {
    const groups = ruleGroups(SETTINGS_BY_DEFAULT);
    expect(parse(readObservability('agent-rules.yml'))).toEqual(JSON.parse(JSON.stringify({ groups })));
  });

  it.each(recordings)('$record is named level:metric:operations', ({ record }) => {
    expect(record).toMatch(
      /^(?:agent|tool|model|job|cache):crew_[a-z_]+:(?:ratio_rate|p95_rate|rate|increase)\d+[mhd]$/,
    );
  });

  it.each(rules)('$record$alert asks only for what is exposed or recorded', ({ expr }) => {
    const known = [...exposed, ...recordings.map(({ record }) => record), 'up', 'nodejs_eventloop_lag_p99_seconds'];
    const asked = metricsIn(expr);
    expect(asked).not.toEqual([]);
    expect(known).toEqual(expect.arrayContaining(asked));
  });

  it.each(alerts)('$alert says how bad it is, what happened and what to do', ({ labels, annotations }) => {
    expect(['critical', 'warning']).toContain(labels.severity);
    expect(annotations.description).toMatch(/\. Look first (?:at|for) .+\.$/);
    expect(annotations.runbook_url).toMatch(/^docs\/runbooks\.md#[a-z]+$/);
  });

  it.each(alerts)('$alert fits a pager, with names as usual', ({ annotations: { summary } }) => {
    const usual: Record<string, string> = {
      agent: 'customer-support',
      tool: 'search_invoices',
      model: 'claude-sonnet-4-5-20250929',
      instance: '10.42.117.203:3000',
      cache: 'embeddings',
      budget: 'team-per-month',
      family: 'crew_agent_execution_duration_seconds',
      job: 'agents',
    };
    const shown = summary
      .replace(/\{\{ if .*? \}\}(.*?)\{\{ end \}\}/g, '$1')
      .replace(/\{\{ (?:with|end) ?.*?\}\}/g, '')
      .replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => usual[label]!)
      .replace(/\{\{ \$value \| humanizeDuration \}\}/g, '12h 34m 56s')
      .replace(/\{\{ (?:\$value|\. \| first).*?\}\}/g, '0.42 %');
    expect(shown).not.toMatch(/[{}]|undefined/);
    expect([shown, shown.length <= 80]).toEqual([shown, true]);
  });

  it('have a runbook for every alert, and no other', () => {
    const headings = readDocs('runbooks.md').match(/(?<=^## ).*$/gm);
    expect(headings).toEqual(alertNames(SETTINGS_BY_DEFAULT));
  });

  it('stand in the guide, with how bad they are', () => {
    const severities = new Map<string, string[]>();
    for (const { alert, labels } of alerts) severities.set(alert, [...(severities.get(alert) ?? []), labels.severity]);
    const documented = readTable(readDocs('alerts-and-slos.md').split('## The alerts')[1]!);
    expect(documented.map(({ Alert, Severity }) => [Alert, Severity])).toEqual(
      [...severities].map(([alert, all]) => [`\`${alert}\``, all.join(', ')]),
    );
  });

  it('have a test in which each alert fires, and says what it says', () => {
    const tests = readObservability('agent-rules.test.yml');
    for (const alert of alertNames(SETTINGS_BY_DEFAULT)) {
      expect(tests).toContain(`labels: '{alertname="${alert}"`);
      expect(tests).toMatch(new RegExp(`- alertname: ${alert}\\n\\s+eval_time: \\w+\\n\\s+exp_alerts:\\n`));
    }
  });

  it('never ask for a ratio that cannot be exceeded', () => {
    for (const slo of [0.01, 0.5, 0.9, 0.93, 0.99, 0.9999]) {
      const text = JSON.stringify(ruleGroups(completeSettings({ agentSlo: slo, toolSlo: slo })));
      const thresholds = [...text.matchAll(/failures_per_executions:ratio_rate\w+ > ([\d.e-]+)/g)].map((m) =>
        Number(m[1]),
      );
      expect(thresholds).toHaveLength(16);
      for (const threshold of thresholds) expect(threshold).toBeLessThan(1);
    }
  });
});

describe('The dashboard', () => {
  const dashboard = agentDashboard(SETTINGS_BY_DEFAULT);
  const panels = panelsOf(dashboard);
  const targets = panels.flatMap(({ title, type, targets }) =>
    targets.map((target) => ({ panel: title, type, ...target })),
  );

  const everything = [...panels, ...dashboard.panels.filter(({ type }) => type === 'row')];

  it('can be provisioned', () => {
    expect(dashboard).toMatchObject({ uid: 'crew-agents', schemaVersion: 39 });
    expect(dashboard).not.toHaveProperty('__inputs');
    expect(dashboard).not.toHaveProperty('id');
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual([
      'datasource',
      'job',
      'instance',
      'agent',
      'tool',
      'model',
      'top',
    ]);
  });

  it('has rows for everything, and ids and titles of its own for each panel', () => {
    const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    expect(rows).toEqual(['Overview', 'Agents', 'Tools', 'Models, cost and caches', 'Processes']);
    expect(new Set(everything.map(({ id }) => id)).size).toBe(everything.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  it('folds every row but the first', () => {
    const rows = dashboard.panels.flatMap((panel) => (panel.type === 'row' ? [panel] : []));
    expect(rows.map(({ collapsed }) => collapsed)).toEqual([false, true, true, true, true]);
    expect(rows.map(({ panels: own }) => own.length > 0)).toEqual([false, true, true, true, true]);
  });

  it('begins with tables of agents, tools and models, those that fail most first', () => {
    const tables = panels
      .slice(0, 3)
      .map(({ title, options, transformations }) => ({ title, options, transformations }));
    const heads = ['Calls', 'Failed', 'Duration (95 %)'];
    const usage = ['Tokens', 'Cost'];
    const columns = { Agents: [...heads, 'First chunk (95 %)', ...usage], Tools: heads, Models: [...heads, ...usage] };
    expect(tables).toEqual(
      Object.entries(columns).map(([title, names]) => ({
        title,
        options: { showHeader: true, sortBy: [{ displayName: 'Failed', desc: true }] },
        transformations: [
          { id: 'merge', options: {} },
          {
            id: 'organize',
            options: {
              excludeByName: { Time: true },
              renameByName: Object.fromEntries(names.map((name, i) => [`Value #${'ABCDEF'[i]!}`, name])),
            },
          },
        ],
      })),
    );
  });

  it('limits the lines of a graph that has one for each name', () => {
    for (const { expr, legendFormat, type, panel } of targets) {
      const perName = type === 'timeseries' && /agent|tool|model/.test(legendFormat);
      expect([panel, expr.startsWith('topk($top, ')]).toEqual([panel, perName]);
    }
  });

  it('links to what has an address, and to nothing else', () => {
    expect(dashboard.links).toEqual([]);
    const [runbooks, page] = ['https://wiki/runbooks', 'https://agents/metrics/dashboard'];
    const { links } = agentDashboard(completeSettings({ runbooks, page }));
    expect(links.map(({ url }) => url)).toEqual([runbooks, page]);
    expect(() => completeSettings({ page: '/metrics/dashboard' })).toThrow(
      /^--page is "\/metrics\/dashboard"; it must be/,
    );
  });

  it('marks starts at the time that the series says', () => {
    expect(dashboard.annotations.list[1]).toMatchObject({
      expr: 'crew_start_time_seconds{job=~"$job", instance=~"$instance"} * 1000',
      useValueForTime: true,
    });
  });

  it('has no two panels in one place', () => {
    const taken = everything.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, i) => `${x + (i % w)}/${y + Math.floor(i / w)}`);
    });
    expect(new Set(taken).size).toBe(taken.length);
  });

  it.each(panels)('describes $title and gives it a unit', ({ description, fieldConfig, datasource }) => {
    expect(description).toMatch(/^.{20,}\.$/);
    expect(fieldConfig.defaults.unit).toMatch(/^\w+$/);
    expect(datasource.uid).toBe('${datasource}');
  });

  it.each(targets)('asks for what is exposed in $panel $refId', async ({ expr, datasource }) => {
    const processNames = (await processMetrics().getMetricsAsJSON()).map(({ name }) => name);
    const asked = metricsIn(expr);
    expect(asked).not.toEqual([]);
    expect([...exposed, ...processNames, 'up', 'ALERTS']).toEqual(expect.arrayContaining(asked));
    expect(datasource.uid).toBe('${datasource}');
  });

  it("follows Grafana's interval in every rate, and leads from every duration to traces", () => {
    for (const { expr, exemplar, panel, type } of targets) {
      expect(expr).not.toMatch(/rate\([^[]*\[(?!\$__rate_interval\])/);
      expect([panel, exemplar]).toEqual([panel, type === 'timeseries' && /_bucket/.test(expr)]);
    }
  });

  it('marks when alerts fired, by their names', () => {
    const [annotation] = dashboard.annotations.list;
    for (const alert of alertNames(SETTINGS_BY_DEFAULT)) expect(annotation!.expr).toContain(alert);
  });

  it('shows every family that says something by itself', () => {
    const asked = new Set(targets.flatMap(({ expr }) => metricsIn(expr)).map((name) => name.replace(/_bucket$/, '')));
    const silent = exposedFamilies(undefined)
      .map(({ name }) => `crew_${name}`)
      .filter((name) => !asked.has(name));
    expect(silent).toEqual([]);
  });
});

describe('The dashboard of an application that breaks requests down', () => {
  const rowsOf = (breakdown?: string) => withFolded(agentDashboard(completeSettings({ breakdown })));

  it('has a row with the ten highest of it, and is the same elsewhere', () => {
    const rows = rowsOf('customer_id');
    const [at, end] = ['By customer_id', 'Processes'].map((title) => rows.findIndex((panel) => panel.title === title));
    const own = rows.slice(at! + 1, end) as PanelJson[];
    const total = 'job=~"$job", instance=~"$instance"}[$__range])))';
    expect(own.map(({ title, targets }) => [title, targets[0]!.expr])).toEqual([
      ['Cost by customer_id', `topk(10, sum by (customer_id) (increase(crew_customer_id_cost_usd_total{${total}`],
      ['Tokens by customer_id', `topk(10, sum by (customer_id) (increase(crew_customer_id_tokens_total{${total}`],
      ['Requests by customer_id', `topk(10, sum by (customer_id) (increase(crew_customer_id_requests_total{${total}`],
    ]);
    const titles = (panels: typeof rows) => panels.map(({ title }) => title);
    expect([...titles(rows.slice(0, at)), ...titles(rows.slice(end))]).toEqual(titles(rowsOf()));
  });

  it('asks for what is exposed', () => {
    const names = exposedFamilies('plan').map(({ name }) => `crew_${name}`);
    const asked = JSON.stringify(rowsOf('plan')).match(/crew_plan_\w+/g);
    expect(names).toEqual(expect.arrayContaining(asked!));
  });
});

describe('The command', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'observability-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes both files for the settings given', () => {
    const target = join(folder, 'monitoring');
    const printed = runCommand(['observability', target, '--prefix', 'shop', '--hourly-budget-usd', '2.5']);
    expect(printed).toBe(`${target}/agent-rules.yml\n${target}/agent-dashboard.json\n`);
    expect(readFileSync(join(target, 'agent-rules.yml'), 'utf8')).toContain(
      'job:shop_model_cost_usd:increase1h > 2.5\n',
    );
    expect(JSON.parse(readFileSync(join(target, 'agent-dashboard.json'), 'utf8'))).toMatchObject({
      uid: 'shop-agents',
    });
  });

  it.each([
    [
      ['--prefix', 'shop_'],
      '--prefix is "shop_"; it must be letters, digits and underscores, from a letter to no underscore.',
    ],
    [
      ['--breakdown', 'a-b'],
      '--breakdown is "a-b"; it must be letters, digits and underscores that do not begin with a digit or with __.',
    ],
    [['--agent-slo', '99'], '--agent-slo is 99; it must be a number above 0 and below 1.'],
    [['--agent-slo', '1'], '--agent-slo is 1; it must be a number above 0 and below 1.'],
    [['--tool-slo', '99%'], '--tool-slo is "99%"; it must be a number above 0 and below 1.'],
    [['--stuck-seconds', '0'], '--stuck-seconds is 0; it must be a number above 0.'],
    [['--min-executions', '1e3'], '--min-executions is "1e3"; it must be a number above 0.'],
  ])('refuses %j', (flags, message) => {
    expect(() => runCommand(['observability', folder, ...flags])).toThrow(new RangeError(message));
  });

  const UNPRINTABLE: [text: string, shown: string][] = [
    ['a\tb', 'a\\tb'],
    ['a\nb', 'a\\nb'],
    ['a\rb', 'a\\rb'],
    ['a\0b', 'a\\u0000b'],
    ['a\x1bb', 'a\\u001bb'],
    ['a\x7fb', 'a\\u007fb'],
    ['a\x85b', 'a\\u0085b'],
    ['a\u2028b', 'a\\u2028b'],
    ['a\u2029b', 'a\\u2029b'],
    ['a\u202eb', 'a\\u202eb'],
    ['a\ufeffb', 'a\\ufeffb'],
    ['a\uffffb', 'a\\uffffb'],
    ['a\ud83d', 'a\\ud83d'],
    ['a"b', 'a\\"b'],
    ["it's", "it's"],
    ['a\\b', 'a\\\\b'],
    ['{{ $labels.x }}', '{{ $labels.x }}'],
    ['a{{', 'a{{'],
    ['', ''],
  ];

  it.each([
    ...UNPRINTABLE.map(([text, shown]) => ['job', text, shown] as const),
    ...UNPRINTABLE.map(([text, shown]) => ['runbooks', text, shown] as const),
    ['runbooks', 'http://wiki/#', 'http://wiki/#'] as const,
    ['runbooks', 'my runbooks.md', 'my runbooks.md'] as const,
    ['runbooks', '{x}', '{x}'] as const,
  ])('refuses --%s %j', (flag, text, shown) => {
    const allowed = {
      job: 'printable characters other than quotes, backslashes and "{{", and not empty',
      runbooks: 'a path or URL of printable characters other than spaces, quotes, backslashes, braces and `#`',
    };
    expect(() => runCommand(['observability', folder, `--${flag}=${text}`])).toThrow(
      new RangeError(`--${flag} is "${shown}"; it must be ${allowed[flag]}.`),
    );
  });

  it.each(['AI agents', 'agents: the #1 {of} `us` 100% $1', 'Agenten in Köln', '代理 🤖', ' agents ', '}}'])(
    'makes rules for the job %j that say what they say for any other',
    (job) => {
      const jobless = JSON.stringify(ruleGroups(completeSettings({ job: 'JOB' })));
      runCommand(['observability', folder, `--job=${job}`]);
      const written = parse(readFileSync(join(folder, 'agent-rules.yml'), 'utf8')) as { groups: unknown };
      expect(written.groups).toEqual(JSON.parse(jobless.replaceAll('JOB', () => job)));
    },
  );

  it.each([[[]], [['observability']], [['rules', 'here']], [['observability', 'here', 'there']]])(
    'shows how it is used for %j',
    (args) => {
      expect(() => runCommand(args)).toThrow(helpText());
    },
  );

  it('refuses a flag that there is not', () => {
    expect(() => runCommand(['observability', folder, '--slo', '0.9'])).toThrow(/Unknown option '--slo'/);
  });

  it('explains every flag, as the guide does', () => {
    expect(runCommand(['--help'])).toBe(helpText());
    const documented = readTable(readDocs('alerts-and-slos.md').split('## Settings')[1]!);
    expect(documented).toEqual(
      SETTING_NAMES.map((name) => ({
        Flag: `\`--${flagOf(name)}\``,
        Default: `\`${SETTINGS[name].default}\``,
        Meaning: SETTINGS[name].meaning,
      })),
    );
    for (const name of SETTING_NAMES) expect(helpText()).toContain(`--${flagOf(name)} `);
  });
});
