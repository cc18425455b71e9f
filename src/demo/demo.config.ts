import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { MetricsModuleOptions } from '../index';
import { StartupError } from './startup.error';

export interface DemoConfig {
  readonly port: number;
  /** The folder whose Markdown the crew reads; without it, this project's and its dependencies'. */
  readonly docsDir?: string;
  /** What scrapers have to show; without it, anybody may read the metrics. */
  readonly metricsToken?: string;
  /** Limits of agents and tools. */
  readonly timeouts: MetricsModuleOptions['timeouts'];
  /** How often somebody asks by themselves, in milliseconds; 0 for never. */
  readonly visitEveryMs: number;
  /** The server to ask; without it, the embedded model answers. */
  readonly openAi?: OpenAiConfig;
}

export interface OpenAiConfig {
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly model: string;
  /** How long one answer may take. */
  readonly timeoutMs: number;
  /** What it costs in US dollars; without it, its calls are counted as unpriced. */
  readonly price?: { readonly inputPerMillion: number; readonly outputPerMillion: number };
}

// A model on somebody's own laptop reads the passages slowly.
const MODEL_TIMEOUT_MS = 120_000;

const VISIT_EVERY_MS = 2_000;

const TIMEOUTS = {
  // One answer of the model, and asking again.
  agentMs: 150_000,
  // The researcher's tools together: a question may name many sections that do not exist.
  sequenceMs: 5_000,
  // It looks through all documents for what is not there, which takes the longer the more there are.
  perTool: { read_section: 2_000 },
};

/**
 * What the environment asks for: `PORT`, `DOCS_DIR`, `METRICS_TOKEN`, `VISIT_EVERY_MS`, `OPENAI_BASE_URL`, `OPENAI_API_KEY`,
 * `OPENAI_MODEL`, and what that model costs in US dollars per million tokens, `OPENAI_INPUT_PRICE` and `OPENAI_OUTPUT_PRICE`.
 * An empty variable counts as unset, since that is what compose files and CI make of a missing one.
 *
 * @throws StartupError naming the variable, its value and what is wrong with it
 */
export function readDemoConfig(env: NodeJS.ProcessEnv): DemoConfig {
  return {
    port: readPort(env.PORT),
    docsDir: readDocsDir(env.DOCS_DIR),
    metricsToken: env.METRICS_TOKEN || undefined,
    timeouts: TIMEOUTS,
    visitEveryMs: readVisits(env),
    openAi: readOpenAi(env),
  };
}

function readPort(value: string | undefined): number {
  if (!value) return 3000;
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new StartupError(`PORT=${value} is not a port: give a whole number from 0 to 65535.`);
}

/** A model on a server costs somebody something: there nobody comes unless invited. */
function readVisits({ VISIT_EVERY_MS: value, OPENAI_BASE_URL }: NodeJS.ProcessEnv): number {
  if (!value) return OPENAI_BASE_URL ? 0 : VISIT_EVERY_MS;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new StartupError(`VISIT_EVERY_MS=${value} is no time: give whole milliseconds, 0 for no visits.`);
}

function readDocsDir(value: string | undefined): string | undefined {
  if (!value) return undefined;
  const folder = resolve(value);
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (!stats) throw new StartupError(`DOCS_DIR=${value} does not exist: give a folder with Markdown files.`);
  if (!stats.isDirectory()) throw new StartupError(`DOCS_DIR=${value} is not a folder: give one with Markdown files.`);
  return folder;
}

function readOpenAi(env: NodeJS.ProcessEnv): OpenAiConfig | undefined {
  if (!env.OPENAI_BASE_URL) return undefined;
  return {
    baseUrl: readBaseUrl(env.OPENAI_BASE_URL),
    apiKey: env.OPENAI_API_KEY || undefined,
    model: env.OPENAI_MODEL || 'gpt-4o-mini',
    timeoutMs: MODEL_TIMEOUT_MS,
    price: readPrice(env),
  };
}

function readBaseUrl(value: string): string {
  if (/^https?:\/\//i.test(value) && URL.canParse(value)) return value.replace(/\/+$/, '');
  throw new StartupError(`OPENAI_BASE_URL=${value} is not a URL: give one such as http://localhost:11434/v1.`);
}

function readPrice(env: NodeJS.ProcessEnv): OpenAiConfig['price'] {
  const inputPerMillion = readDollars('OPENAI_INPUT_PRICE', env);
  const outputPerMillion = readDollars('OPENAI_OUTPUT_PRICE', env);
  if (inputPerMillion === undefined && outputPerMillion === undefined) return undefined;
  if (inputPerMillion !== undefined && outputPerMillion !== undefined) return { inputPerMillion, outputPerMillion };
  throw new StartupError('OPENAI_INPUT_PRICE and OPENAI_OUTPUT_PRICE belong together: give both or neither.');
}

function readDollars(name: string, env: NodeJS.ProcessEnv): number | undefined {
  const value = env[name];
  if (!value) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value);
  throw new StartupError(`${name}=${value} is not a price: give US dollars per million tokens, such as 2.50.`);
}
