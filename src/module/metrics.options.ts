import type { ModuleMetadata, Type, FactoryProvider, CanActivate } from '@nestjs/common';
import type { Budget } from '../collection/budgets/budget';
import type { BudgetStore } from '../collection/budgets/budget-store';
import type { ExecutionListener } from '../collection/executions/execution-publisher';
import type { ModelPricing } from '../collection/models/model-pricing';
import type { RequestHistoryOptions } from '../collection/requests/request-history-options';
import type { ClientRegistry } from '../export/prom-client/client-registry';
import type { DashboardOptions } from '../http/fleet/dashboard-options';
import type { ListenOptions } from '../http/metrics-listener';
import type { BreakdownOptions } from '../tracking/execution/request-breakdown';
import type { TimeoutOptions } from '../tracking/limits/execution-limits';
import type { RunLimitOptions } from '../tracking/limits/run-limit';
import type { ErrorClassifier, ResultClassifier } from '../tracking/outcomes/outcome-rules';

/**
 * Upper bounds in seconds, ascending; the last bucket, `+Inf`, is added.
 *
 * @example
 * buckets: { tool: [0.1, 1, 10], model: [1, 5, 30] }
 */
export interface BucketOptions {
  /** Of outermost agent executions. */
  readonly request?: readonly number[];
  /** Of all agent executions. */
  readonly agent?: readonly number[];
  /** Of tool executions. */
  readonly tool?: readonly number[];
  /** Of model calls. */
  readonly model?: readonly number[];
  /** Of the time to the first chunk or token. */
  readonly firstChunk?: readonly number[];
}

/**
 * Where and how the endpoint answers.
 *
 * @example
 * MetricsModule.forRoot({ endpoint: { path: '/internal/metrics', dashboard: false } });
 */
export interface EndpointOptions {
  /** @default '/metrics' */
  readonly path?: string;
  /** Guards, as classes whose dependencies are injected (see `imports`) or as instances. @default [] */
  readonly guards?: readonly (Type<CanActivate> | CanActivate)[];
  /** Class decorators for the controller, such as `Public()` or `SkipThrottle()`. @default [] */
  readonly decorators?: readonly ClassDecorator[];
  /** The page at `/metrics/dashboard`; an object has it show all instances, as a Prometheus knows them. @default true */
  readonly dashboard?: boolean | DashboardOptions;
  /** In production an open endpoint is warned about; `true` says that it is meant to be open. @default false */
  readonly public?: boolean;
}

/**
 * Options of `MetricsModule`. All have defaults.
 *
 * @example
 * MetricsModule.forRoot({ prefix: 'desk', timeouts: { toolMs: 10_000 } });
 */
export interface MetricsModuleOptions {
  /** Collect from the start. @default true */
  readonly enabled?: boolean;
  /** A token that opens the endpoint, or several during a rotation. Without one the endpoint's guards alone decide. */
  readonly bearerToken?: string | readonly string[];
  /**
   * A listener of its own for scrapers: the same routes and none of the application's, also in an application without
   * HTTP. The main listener then answers 404. @default none
   */
  readonly listen?: ListenOptions;
  /** The format if the client asks for none. @default 'json' */
  readonly defaultFormat?: 'json' | 'prometheus';
  /** First word of every Prometheus family. @default 'crew' */
  readonly prefix?: string;
  /** Labels on every sample of this module. @default {} */
  readonly defaultLabels?: Readonly<Record<string, string>>;
  /** Histogram bounds in seconds. */
  readonly buckets?: BucketOptions;
  /** Finished executions kept in memory; 0 for none. @default 1000 */
  readonly historySize?: number;
  /**
   * Whole requests kept in memory with all that ran inside them; `false` for none.
   * @default { recent: 100, slowest: 50, failed: 50 }
   */
  readonly requestHistory?: false | RequestHistoryOptions;
  /** Combinations of names that get series of their own, per kind; others are counted as `__other__`. @default 2000 */
  readonly maxSeries?: number;
  /** Sample the process's resident memory. @default true */
  readonly recordMemory?: boolean;
  /**
   * Follow executions through the async context. `false` saves its cost; a tool's agent is then only what its
   * decorator says. @default true
   */
  readonly asyncContext?: boolean;
  /** Measure the size of the input and output of tools. @default false */
  readonly measurePayloads?: boolean;
  /**
   * Count tool calls that an agent repeats: with the same name and equal arguments, within one execution of the
   * agent. Only a hash of the arguments is kept, until that execution ends. Needs `asyncContext`.
   * @default false
   */
  readonly measureRepeats?: boolean;
  /** What one request or one agent execution may spend: calls, tokens, dollars. Needs `asyncContext`. @default none */
  readonly limits?: RunLimitOptions;
  /** Limits in milliseconds for agents, tools, and the tools of one agent together. @default none */
  readonly timeouts?: TimeoutOptions;
  /**
   * Keep error messages in the history, at most 256 characters of each: `true`, or a function that returns the text.
   * Messages may contain what a user said.
   * @default false
   */
  readonly recordErrorMessages?: boolean | ((error: unknown) => string);
  /** Count requests, tokens and cost by a value of yours, such as a tenant. @default none */
  readonly breakdown?: BreakdownOptions;
  /**
   * What models cost, in US dollars per million tokens: by the model's name, or a function of the model, the provider and
   * the call's tokens. `pricesOf` makes such a function of a public price list. @default {}
   */
  readonly pricing?: ModelPricing;
  /** What the application, each agent or each tenant may spend on model calls in a window. @default [] */
  readonly budgets?: readonly Budget[];
  /**
   * A store through which the processes of the application share their budgets. Without one each process has budgets
   * of its own, in memory.
   * @default none
   */
  readonly budgetStore?: BudgetStore;
  /** Called with each finished execution, for logs and billing. What it throws is logged once. */
  readonly onExecution?: ExecutionListener;
  /**
   * Decides the status of an error. Receives the error and our status for it. Return a status to override ours,
   * undefined to keep it.
   *
   * @example
   * classifyError: (error) => (error instanceof QuotaError ? 'cancelled' : undefined)
   */
  readonly classifyError?: ErrorClassifier;
  /**
   * Decides the status of a returned value, such as an MCP result with `isError`; not of streams. Receives the
   * awaited value and the execution. Return a status, or undefined for success.
   *
   * @example
   * classifyResult: (result) => ((result as CallToolResult).isError ? 'error' : undefined)
   */
  readonly classifyResult?: ResultClassifier;
  /** Include prom-client's process metrics. @default true */
  readonly defaultMetrics?: boolean;
  /**
   * The registry in which our families are registered, of `prom-client` or `@prometheus-io/client`.
   *
   * @default a new one of prom-client
   */
  readonly registry?: ClientRegistry;
  /**
   * `'machine'`, or an object with settings: the endpoint answers for all processes of the application on this
   * machine, and the label `worker` names the process of each sample. `'own'`: it answers for this process alone.
   *
   * @default 'own'
   */
  readonly processes?: 'own' | 'machine' | MachineOptions;
  /** Throw on an invalid record instead of dropping it. @default false */
  readonly strict?: boolean;
}

/**
 * How the processes of an application find each other on a machine.
 *
 * @example
 * MetricsModule.forRoot({ processes: { application: 'desk', directory: '/run/agents' } });
 */
export interface MachineOptions {
  /** Those that give the same name are one application. @default the folder of the `package.json` nearest to the program */
  readonly application?: string;
  /**
   * In which a directory for the sockets is made, which only this user may read. It has to be the same for all processes,
   * and no longer than about 50 characters.
   *
   * @default the system's temporary directory
   */
  readonly directory?: string;
}

/** Options that must be known before any factory runs. */
export interface MetricsStaticOptions {
  /** Whether the public providers can be injected everywhere. Decorators work everywhere in any case. @default true */
  readonly isGlobal?: boolean;
  /** Modules whose providers the endpoint's guards inject. @default [] */
  readonly imports?: ModuleMetadata['imports'];
  /** The endpoint, or `false` for none. */
  readonly endpoint?: false | EndpointOptions;
}

/** Everything that `MetricsModule.forRoot` takes. */
export type MetricsRootOptions = MetricsModuleOptions & MetricsStaticOptions;

/** Options with every default filled in. */
export type ResolvedMetricsOptions = Required<
  Omit<
    MetricsModuleOptions,
    'bearerToken' | 'breakdown' | 'buckets' | 'processes' | 'requestHistory' | OptionWithoutDefault
  >
> &
  Pick<MetricsModuleOptions, OptionWithoutDefault> & {
    readonly bearerToken: readonly string[];
    readonly breakdown: Required<BreakdownOptions> | undefined;
    readonly buckets: Required<BucketOptions>;
    readonly processes: 'own' | MachineOptions;
    readonly requestHistory: false | Required<RequestHistoryOptions>;
  };

type OptionWithoutDefault = 'budgetStore' | 'listen' | 'registry' | 'onExecution' | 'classifyError' | 'classifyResult';

/** The static options with every default filled in. */
export type ResolvedStaticOptions = Required<Omit<MetricsStaticOptions, 'endpoint'>> & {
  readonly endpoint: false | Required<EndpointOptions>;
};

/**
 * Makes the options, for `useClass` and `useExisting`.
 *
 * @example
 * @Injectable()
 * class MetricsConfig implements MetricsOptionsFactory {
 *   createMetricsOptions() {
 *     return { prefix: 'desk' };
 *   }
 * }
 */
export interface MetricsOptionsFactory {
  /**
   * Called once, while the application starts; may be asynchronous. What it returns is checked like the options of
   * `forRoot`.
   */
  createMetricsOptions(): MetricsModuleOptions | Promise<MetricsModuleOptions>;
}

/** Everything that `MetricsModule.forRootAsync` takes: one of the three ways to make the options, and the static options. */
export interface MetricsAsyncOptions extends MetricsStaticOptions {
  /** Tokens of the providers that `useFactory` is called with. */
  readonly inject?: FactoryProvider['inject'];
  /** Makes the options from the injected providers; may be asynchronous. */
  // The parameters are the injected providers, which only the caller can type; `never` would forbid typing them.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly useFactory?: (...injected: any[]) => MetricsModuleOptions | Promise<MetricsModuleOptions>;
  /** A class that makes the options; an instance of its own is made of it. */
  readonly useClass?: Type<MetricsOptionsFactory>;
  /** The token of a provider that makes the options. */
  readonly useExisting?: Type<MetricsOptionsFactory> | string | symbol;
}
