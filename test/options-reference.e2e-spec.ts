import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { MetricsModule } from '../src';
import { resolveOptions, resolveStaticOptions } from '../src/module/metrics-options.schema';

/** The default of each option in docs/options.md, by its name. */
function documentedDefaults(): ReadonlyMap<string, string> {
  const text = readFileSync(join(__dirname, '../docs/options.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([^`]+)`\s*\| `?(.*?)`?\s*\|/gm)];
  return new Map(rows.map(([, name, value]) => [name!, value!]));
}

function messageOf(use: () => unknown): string {
  try {
    use();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

const forRoot = (options: object) => messageOf(() => MetricsModule.forRoot(options));
const forRootAsync = (options: object) =>
  messageOf(() => MetricsModule.forRootAsync({ useFactory: () => ({}), ...options }));

/** The names at the end of an error: `a, b and c.` */
const listed = (message: string) => /[a-zA-Z]+(?:(?:, | and )[a-zA-Z]+)*(?=\.$)/.exec(message)![0].split(/, | and /);

describe('docs/options.md', () => {
  const documented = documentedDefaults();
  const groups = ['listen', 'breakdown', 'buckets', 'timeouts', 'limits', 'requestHistory', 'endpoint'];
  const nested = [...groups, 'endpoint.dashboard'];

  it('names exactly the options that there are', () => {
    const named = new Set([...documented.keys()].map((name) => name.split('.')[0]));
    const known = new Set([...listed(forRoot({ unknown: 1 })), ...listed(forRootAsync({ unknown: 1 }))]);
    expect([...named].sort()).toEqual([...known].sort());
  });

  it.each(nested)('names exactly the options of %s', (group) => {
    const isOfGroup = (name: string) => name.startsWith(`${group}.`) && !name.slice(group.length + 1).includes('.');
    const named = [...documented.keys()].filter(isOfGroup);
    const faulty = group.split('.').reduceRight<unknown>((value, name) => ({ [name]: value }), 1);
    const known = listed(forRoot(faulty as object)).map((name) => `${group}.${name}`);
    expect(named.sort()).toEqual(known.sort());
  });

  const resolved: Record<string, unknown> = { ...resolveOptions(), ...resolveStaticOptions({}) };
  const flat = Object.entries(resolved).flatMap(([name, value]): [name: string, value: unknown][] =>
    groups.includes(name) && value !== undefined
      ? Object.entries(value as object).map(([key, nested]) => [`${name}.${key}`, nested])
      : [[name, value]],
  );
  const written = (value: unknown) => (Array.isArray(value) ? `[${value.join(', ')}]` : inspect(value));

  it.each(flat.filter(([name]) => name !== 'bearerToken'))('tells the default of %s', (name, value) => {
    expect(documented.get(name)).toBe(written(value));
  });

  it('tells no default where there is none', () => {
    const names = new Set(flat.map(([name]) => name));
    const undefaulted = [...documented].filter(([name]) => !names.has(name) || name === 'bearerToken');
    expect(Object.fromEntries(undefaulted)).toEqual({
      bearerToken: 'none',
      listen: 'none',
      'listen.port': 'required',
      'listen.host': "'0.0.0.0'",
      breakdown: 'none',
      'breakdown.by': "'tenant'",
      'breakdown.value': 'required',
      'breakdown.maxValues': '200',
      'timeouts.agentMs': 'none',
      'timeouts.toolMs': 'none',
      'timeouts.sequenceMs': 'none',
      'timeouts.perTool': 'none',
      'limits.request': 'none',
      'limits.agent': 'none',
      'limits.perAgent': 'none',
      budgetStore: 'none',
      onExecution: 'none',
      classifyError: 'none',
      classifyResult: 'none',
      registry: 'none',
      buckets: 'below',
      requestHistory: 'below',
      endpoint: 'on',
      'endpoint.dashboard.prometheusUrl': 'none',
      'endpoint.dashboard.prometheusHeaders': 'none',
      'endpoint.dashboard.selector': 'none',
      'endpoint.dashboard.traceUrl': 'none',
    });
  });
});
