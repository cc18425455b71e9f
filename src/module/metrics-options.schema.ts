import { inspect, type InspectOptions } from 'node:util';
import type { CanActivate } from '@nestjs/common';
import * as v from 'valibot';
import { findPriceFault, type ModelPrice } from '../collection/models/model-price';
import { type ClientRegistry, isClientRegistry } from '../export/prom-client/client-registry';
import { nearName } from '../runtime/near-name';
import { ownLabels } from './breakdown-name';
import { breakdownSchema } from './breakdown-options.schema';
import { budgetsSchema, budgetStoreSchema, refuseBudgetsWithoutBreakdown } from './budget-options.schema';
import { dashboardSchema, isSecret } from './dashboard-options.schema';
import { boolean, count, faultUnless, milliseconds, MILLISECONDS, objectOf, recordOf } from './option-values.schema';
import { processesSchema, refuseOtherWorkers } from './processes-options.schema';
import { runLimitsSchema } from './run-limit-options.schema';
import type {
  MetricsModuleOptions,
  MetricsStaticOptions,
  ResolvedMetricsOptions,
  ResolvedStaticOptions,
} from './metrics.options';

const BOUNDS = 'positive seconds in ascending order, at least one';
const bounds = (defaults: readonly number[]) =>
  v.optional(
    v.pipe(
      v.array(v.pipe(v.number(BOUNDS), v.finite(BOUNDS), v.gtValue(0, BOUNDS)), BOUNDS),
      v.minLength(1, BOUNDS),
      v.check((seconds) => seconds.every((bound, i) => i === 0 || bound > seconds[i - 1]!), BOUNDS),
      v.readonly(),
    ),
    [...defaults],
  );

const RUN_BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
const TOOL_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const MODEL_BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160];
const FIRST_CHUNK_BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const HOST = 'an address or a name of this machine';
const PORT = 'a port from 0 to 65535';
const port = v.pipe(v.number(PORT), v.integer(PORT), v.minValue(0, PORT), v.maxValue(65_535, PORT));

/** What a header can carry. */
const TOKEN = 'a non-empty string of ASCII characters without spaces, or a list of such strings';
const token = v.pipe(v.string(TOKEN), v.regex(/^[\x21-\x7e]+$/, TOKEN));

const OWN_LABELS = ownLabels();
const LABELS = `labels named [a-zA-Z_][a-zA-Z0-9_]*, none of ${[...OWN_LABELS].join(', ')} and none that begins with __`;
const PREFIX = 'a word of the form [a-zA-Z][a-zA-Z0-9_]* that does not end with _';

const PRICING = 'a function, or an object of prices by model';

const requestHistory = objectOf(
  { recent: v.optional(count, 100), slowest: v.optional(count, 50), failed: v.optional(count, 50) },
  'false, or ',
);

const optionsSchema = v.strictObject(
  {
    enabled: v.optional(boolean, true),
    bearerToken: v.optional(v.union([token, v.pipe(v.array(token, TOKEN), v.minLength(1, TOKEN))], TOKEN)),
    listen: v.optional(objectOf({ port, host: v.optional(v.pipe(v.string(HOST), v.minLength(1, HOST))) })),
    defaultFormat: v.optional(v.picklist(['json', 'prometheus'], "'json' or 'prometheus'"), 'json'),
    prefix: v.optional(v.pipe(v.string(PREFIX), v.regex(/^[a-zA-Z](?:[a-zA-Z0-9_]*[a-zA-Z0-9])?$/, PREFIX)), 'crew'),
    defaultLabels: v.optional(
      v.pipe(
        recordOf<string>(
          faultUnless((label) => typeof label === 'string', 'text'),
          LABELS,
        ),
        v.check((labels) => Object.keys(labels).every(isFreeLabel), LABELS),
      ),
      {},
    ),
    buckets: v.optional(
      objectOf({
        request: bounds(RUN_BOUNDS),
        agent: bounds(RUN_BOUNDS),
        tool: bounds(TOOL_BOUNDS),
        model: bounds(MODEL_BOUNDS),
        firstChunk: bounds(FIRST_CHUNK_BOUNDS),
      }),
      {},
    ),
    historySize: v.optional(count, 1000),
    requestHistory: v.optional(
      v.lazy((input) => (input === false ? v.literal(false) : requestHistory)),
      {},
    ),
    maxSeries: v.optional(count, 2000),
    recordMemory: v.optional(boolean, true),
    asyncContext: v.optional(boolean, true),
    measurePayloads: v.optional(boolean, false),
    measureRepeats: v.optional(boolean, false),
    recordErrorMessages: v.optional(v.union([v.boolean(), v.function()], 'true, false, or a function'), false),
    timeouts: v.optional(
      objectOf({
        agentMs: v.optional(milliseconds),
        toolMs: v.optional(milliseconds),
        sequenceMs: v.optional(milliseconds),
        idleMs: v.optional(milliseconds, 600_000),
        perTool: v.optional(
          recordOf<number>(
            faultUnless((limit) => v.is(milliseconds, limit), MILLISECONDS),
            'an object of milliseconds by tool name',
          ),
        ),
      }),
      {},
    ),
    limits: v.optional(runLimitsSchema),
    budgets: v.optional(budgetsSchema, []),
    budgetStore: v.optional(budgetStoreSchema),
    breakdown: v.optional(breakdownSchema),
    pricing: v.optional(
      // Not a union, which would say of every fault only that it is none of both.
      v.lazy((input) => (typeof input === 'function' ? v.function() : recordOf<ModelPrice>(findPriceFault, PRICING))),
      {},
    ),
    onExecution: v.optional(v.function('a function')),
    classifyError: v.optional(v.function('a function that returns a status or undefined')),
    classifyResult: v.optional(v.function('a function that returns a status or undefined')),
    defaultMetrics: v.optional(boolean, true),
    registry: v.optional(
      v.custom<ClientRegistry>(isClientRegistry, 'a Registry of prom-client or @prometheus-io/client'),
    ),
    processes: v.optional(processesSchema, 'own'),
    strict: v.optional(boolean, false),
  },
  'an object of options',
);

const ENDPOINT_PATH = "a path such as '/metrics', without parameters or wildcards";
const guard = v.custom<CanActivate>(isGuard, 'a guard class, or an object with canActivate');
const endpoint = objectOf(
  {
    path: v.optional(
      v.pipe(v.string(ENDPOINT_PATH), v.regex(/^\/?[\w.~-]+(?:\/[\w.~-]+)*\/?$/, ENDPOINT_PATH)),
      '/metrics',
    ),
    guards: v.optional(v.array(guard, 'a list of guards'), []),
    decorators: v.optional(v.array(v.function('class decorators'), 'a list of class decorators'), []),
    dashboard: v.optional(dashboardSchema, true),
    public: v.optional(boolean, false),
  },
  'false, or ',
);

const staticSchema = v.strictObject({
  isGlobal: v.optional(boolean, true),
  imports: v.optional(v.array(v.unknown(), 'a list of modules'), []),
  // Not a union, which would say of every fault only that it is none of both.
  endpoint: v.optional(
    v.lazy((input) => (input === false ? v.literal(false) : endpoint)),
    {},
  ),
});

const OPTION_NAMES = [...Object.keys(optionsSchema.entries), ...Object.keys(staticSchema.entries)];

/** Fills in the defaults. @throws an error that names the option, its value and what is allowed */
export function resolveOptions(options: MetricsModuleOptions = {}): ResolvedMetricsOptions {
  const { bearerToken, ...resolved } = parse(optionsSchema, options) as MetricsModuleOptions;
  if (resolved.limits !== undefined && resolved.asyncContext === false) throw limitsNeedContext();
  refuseBudgetsWithoutBreakdown(resolved.budgets, resolved.breakdown);
  checkBreakdown(resolved);
  refuseOtherWorkers(resolved);
  return { ...resolved, bearerToken: bearerToken === undefined ? [] : [bearerToken].flat() } as ResolvedMetricsOptions;
}

/** Each of the two is right by itself. */
function checkBreakdown({ breakdown, defaultLabels = {} }: MetricsModuleOptions): void {
  if (breakdown?.by === undefined || !Object.hasOwn(defaultLabels, breakdown.by)) return;
  throw new TypeError(
    `MetricsModule: the option "breakdown.by" is '${breakdown.by}'; it must differ from the labels in "defaultLabels".`,
  );
}

/** Fills in the defaults. @throws an error that names the option, its value and what is allowed */
export function resolveStaticOptions(options: MetricsStaticOptions): ResolvedStaticOptions {
  return parse(staticSchema, options) as ResolvedStaticOptions;
}

/** What `forRoot` takes in one object is known at different times: at once, or when a factory has run. */
export function splitOptions({ isGlobal, imports, endpoint, ...options }: MetricsModuleOptions & MetricsStaticOptions) {
  return { staticOptions: { isGlobal, imports, endpoint }, options };
}

function limitsNeedContext(): TypeError {
  return new TypeError(
    'MetricsModule: the option "limits" needs the async context: without it, the calling agent is unknown. Leave out ' +
      '"asyncContext: false", or "limits".',
  );
}

type Schema = typeof optionsSchema | typeof staticSchema;

function parse(schema: Schema, options: unknown): unknown {
  const result = v.safeParse<Schema>(schema, options, { abortEarly: true });
  if (result.success) return result.output;
  throw new TypeError(describeIssue(result.issues[0], schema));
}

function describeIssue(issue: v.BaseIssue<unknown>, schema: Schema): string {
  const option = v.getDotPath(issue) ?? 'options';
  if (issue.expected === 'never') return describeUnknown(option, issue, schema);
  // A token with a line feed at its end is a secret all the same.
  if (isSecret(option, issue.input)) {
    return `MetricsModule: the option "${option}" must be ${issue.message}. Its value is not shown here.`;
  }
  return `MetricsModule: the option "${option}" is ${inspect(issue.input, INSPECT)}; it must be ${issue.message}.`;
}

function describeUnknown(option: string, issue: v.BaseIssue<unknown>, schema: Schema): string {
  if (schema === optionsSchema && option in staticSchema.entries) {
    return `MetricsModule: the option "${option}" is needed before a factory runs. Pass it to forRootAsync beside the factory.`;
  }
  const isMember = issue.path?.length !== 1;
  const near = isMember ? undefined : nearName(option, OPTION_NAMES);
  if (near !== undefined) return `MetricsModule: there is no option "${option}". Did you mean "${near}"?`;
  const allowed = isMember ? issue.message : `one of ${OPTION_NAMES.join(', ')}`;
  return `MetricsModule: there is no option "${option}"; allowed is ${allowed}.`;
}

const INSPECT: InspectOptions = { depth: 0, maxArrayLength: 10, maxStringLength: 60, breakLength: Infinity };

function isFreeLabel(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && !name.startsWith('__') && !OWN_LABELS.has(name);
}

function isGuard(value: unknown): boolean {
  return typeof value === 'function' || typeof (value as CanActivate | null)?.canActivate === 'function';
}
