export interface RecordingRule {
  /** `level:metric:operations` */
  readonly record: string;
  readonly expr: string;
}

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: 'critical' | 'warning' };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

/** Evaluated in its order, so that an alert sees what was recorded just before it. */
export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (RecordingRule | AlertingRule)[];
}

type Field = readonly [key: string, value: string | Readonly<Record<string, string>> | undefined];

/** A Prometheus rule file. It has only strings in it, and JSON's are YAML's too. */
export function renderRuleFile(head: string, groups: readonly RuleGroup[]): string {
  const comment = head.split('\n').map((line) => `# ${line}`);
  return [...comment, 'groups:', ...groups.flatMap(renderGroup)].map((line) => `${line}\n`).join('');
}

function renderGroup({ name, rules }: RuleGroup): string[] {
  const items = rules.flatMap((rule) => asItem(Object.entries(rule).flatMap(renderField)));
  return indent(asItem([`name: ${name}`, 'rules:', ...indent(items)]));
}

function renderField([key, value]: Field): string[] {
  if (value === undefined) return [];
  if (typeof value !== 'string') return [`${key}:`, ...indent(Object.entries(value).flatMap(renderField))];
  if (key === 'expr') return [`${key}: |-`, ...indent(value.split('\n'))];
  return [`${key}: ${/^[a-z]\w*(?::\w+)*$/i.test(value) ? value : JSON.stringify(value)}`];
}

function asItem([first, ...rest]: readonly string[]): string[] {
  return [`- ${first}`, ...indent(rest)];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
