/** What the rules and the dashboard are made for. */
export interface ObservabilitySettings {
  readonly prefix: string;
  readonly job: string;
  readonly breakdown: string;
  readonly agentSlo: number;
  readonly toolSlo: number;
  readonly minExecutions: number;
  readonly agentP95Seconds: number;
  readonly toolP95Seconds: number;
  readonly stuckSeconds: number;
  readonly agentRepeatRatio: number;
  readonly toolTimeoutRatio: number;
  readonly modelErrorRatio: number;
  readonly modelRateLimitRatio: number;
  readonly modelNoUsageRatio: number;
  readonly hourlyBudgetUsd: number;
  readonly budgetRatio: number;
  readonly cacheDropRatio: number;
  readonly eventLoopLagSeconds: number;
  readonly memoryLimitMib: number;
  readonly runbooks: string;
  readonly page: string;
}

interface Setting<Value> {
  readonly default: Value;
  readonly meaning: string;
  /** In the words of an error: `must be ...`. */
  readonly allowed: string;
  readonly isAllowed: (value: Value) => boolean;
}

const ratio = (byDefault: number, meaning: string): Setting<number> => ({
  default: byDefault,
  meaning,
  allowed: 'a number above 0 and below 1',
  isAllowed: (value) => value > 0 && value < 1,
});

const positive = (byDefault: number, meaning: string): Setting<number> => ({
  default: byDefault,
  meaning,
  allowed: 'a number above 0',
  isAllowed: (value) => value > 0 && Number.isFinite(value),
});

/** Cannot be in YAML as it is, or is invisible: control and format characters, line separators, half a surrogate pair. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\uFFFE\uFFFF]/gu;

const isPrintable = (text: string) => text.search(UNPRINTABLE) === -1;

/** Requests are not broken down. */
export const NO_BREAKDOWN = 'none';

/** The dashboard links to no page. */
const NO_PAGE = 'none';

/** Every setting, in the order in which the help and the guide list them. */
export const SETTINGS: { readonly [Name in keyof ObservabilitySettings]: Setting<ObservabilitySettings[Name]> } = {
  prefix: {
    default: 'crew',
    meaning: 'the option `prefix` of `MetricsModule`',
    allowed: 'letters, digits and underscores, from a letter to no underscore',
    isAllowed: (value) => /^[a-zA-Z](?:[a-zA-Z0-9_]*[a-zA-Z0-9])?$/.test(value),
  },
  job: {
    default: 'agents',
    meaning: 'the `job_name` in your Prometheus configuration',
    // Prometheus takes "{{" in an annotation for the beginning of a template.
    allowed: 'printable characters other than quotes, backslashes and "{{", and not empty',
    isAllowed: (value) => /^(?!.*\{\{)[^"'\\]+$/.test(value) && isPrintable(value),
  },
  breakdown: {
    default: NO_BREAKDOWN,
    meaning: 'the option `breakdown.by` of `MetricsModule`, for a row of the dashboard; `none` for none',
    allowed: 'letters, digits and underscores that do not begin with a digit or with __',
    isAllowed: (value) => /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(value),
  },
  agentSlo: ratio(0.99, 'share of agent executions that succeed'),
  toolSlo: ratio(0.99, 'share of tool executions that succeed'),
  minExecutions: positive(20, 'executions within a window below which no ratio and no percentile of it alerts'),
  agentP95Seconds: positive(
    60,
    'seconds within which 95 % of agent executions are done; below the last of `buckets.agent`',
  ),
  toolP95Seconds: positive(
    10,
    'seconds within which 95 % of tool executions are done; below the last of `buckets.tool`',
  ),
  stuckSeconds: positive(1_800, 'seconds after which a running agent execution counts as stuck'),
  agentRepeatRatio: ratio(0.2, 'share of the tool calls of an agent that may repeat one of the same execution'),
  toolTimeoutRatio: ratio(0.05, 'share of tool executions that may time out'),
  modelErrorRatio: ratio(0.05, 'share of model calls that may fail'),
  modelRateLimitRatio: ratio(0.02, 'share of model calls that a provider may turn away with 429 or 529'),
  modelNoUsageRatio: ratio(0.1, 'share of model calls that may succeed without any report of tokens'),
  hourlyBudgetUsd: positive(10, 'US dollars that the models of one application may cost within an hour'),
  budgetRatio: ratio(0.8, 'share of a budget of the whole application that may be spent in its window'),
  cacheDropRatio: ratio(0.5, 'share of its hit ratio of the last day below which that of a cache must not fall'),
  eventLoopLagSeconds: positive(0.25, 'seconds that the event loop of a process may lag (99 %)'),
  memoryLimitMib: positive(512, 'memory limit of a process in MiB; the alert comes at 90 %'),
  runbooks: {
    default: 'docs/runbooks.md',
    meaning: 'address of your copy of the runbooks; the name of the alert is appended as `#anchor`',
    allowed: 'a path or URL of printable characters other than spaces, quotes, backslashes, braces and `#`',
    isAllowed: (value) => /^[^\s"'#{}\\]+$/.test(value) && isPrintable(value),
  },
  page: {
    default: NO_PAGE,
    meaning: 'address of the page `/metrics/dashboard`, to which the dashboard links; `none` for none',
    allowed: '`none` or an address that begins with http:// or https://, without spaces',
    isAllowed: (value) => value === NO_PAGE || (/^https?:\/\/\S+$/.test(value) && isPrintable(value)),
  },
};

export type SettingName = keyof ObservabilitySettings;
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** `agentP95Seconds` as `agent-p95-seconds`, as which the command knows it. */
export function flagOf(name: SettingName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Settings with every default filled in.
 *
 * @throws RangeError that names the setting as a flag, its value and what is allowed
 */
export function completeSettings(given: Partial<ObservabilitySettings> = {}): ObservabilitySettings {
  const complete = Object.fromEntries(SETTING_NAMES.map((name) => [name, given[name] ?? SETTINGS[name].default]));
  for (const name of SETTING_NAMES) checkSetting(name, complete[name]);
  return complete as unknown as ObservabilitySettings;
}

function checkSetting(name: SettingName, value: unknown): void {
  const { default: byDefault, allowed, isAllowed } = SETTINGS[name] as Setting<unknown>;
  if (typeof value === typeof byDefault && isAllowed(value)) return;
  throw new RangeError(`--${flagOf(name)} is ${visible(value)}; it must be ${allowed}.`);
}

/** As JSON, with what cannot be seen as `\u2028`. */
function visible(value: unknown): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(UNPRINTABLE, escaped);
}

/** The share that an objective lets fail, without the last digits of floating-point arithmetic. */
export function errorBudget(slo: number): number {
  return Number((1 - slo).toPrecision(6));
}
