import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ModelPrice, TimeoutOptions } from '../index';
import { StartupError } from './startup.error';

export interface DemoConfig {
  readonly port: number;
  /** The folder whose Markdown the crew reads. */
  readonly docsDir: string;
  /** The token that scrapers must send; without it, the metrics are publicly readable. */
  readonly metricsToken?: string;
  readonly timeouts: TimeoutOptions;
  /** How often the demo asks itself something, in milliseconds; 0 for never. */
  readonly visitEveryMs: number;
  /** How long the embedded model takes for a word that it writes. */
  readonly msPerWord: number;
  /** The server to ask; without it, the embedded model answers. */
  readonly openAi?: OpenAiConfig;
}

export interface OpenAiConfig {
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly model: string;
  /** In US dollars; without it, its calls are counted as unpriced. */
  readonly price?: ModelPrice;
}

/** This project's guides. */
const GUIDES = join(__dirname, '../../docs');

/** A model on a laptop is slow. An expert either answers soon or is not there. */
const TIMEOUTS = { agentMs: 120_000, sequenceMs: 30_000, perTool: { ask_expert: 10_000 } };

/**
 * Reads the environment: `PORT`, `DOCS_DIR`, `METRICS_TOKEN`, `VISIT_EVERY_MS`, `OPENAI_BASE_URL`, `OPENAI_API_KEY`,
 * `OPENAI_MODEL`, and what that model costs in US dollars per million tokens, `OPENAI_INPUT_PRICE` and `OPENAI_OUTPUT_PRICE`.
 * An empty variable counts as unset, since that is what compose files and CI make of a missing one.
 *
 * @throws StartupError naming the variable, its value and what is allowed
 */
export function readDemoConfig(env: NodeJS.ProcessEnv): DemoConfig {
  const openAi = readOpenAi(env);
  return {
    port: read(env, 'PORT', 'a whole number from 0 to 65535', (text) => wholeNumber(text, 65_535)) ?? 3000,
    docsDir: read(env, 'DOCS_DIR', 'a folder with Markdown files', folder) ?? GUIDES,
    metricsToken: env.METRICS_TOKEN || undefined,
    timeouts: TIMEOUTS,
    // A model on a server may cost money, so traffic for it has to be asked for.
    visitEveryMs: read(env, 'VISIT_EVERY_MS', 'whole milliseconds, 0 for never', wholeNumber) ?? (openAi ? 0 : 2_000),
    msPerWord: 10,
    openAi,
  };
}

function readOpenAi(env: NodeJS.ProcessEnv): OpenAiConfig | undefined {
  const baseUrl = read(env, 'OPENAI_BASE_URL', 'a URL such as http://localhost:11434/v1', httpUrl);
  if (baseUrl === undefined) return undefined;
  const inputPerMillion = read(env, 'OPENAI_INPUT_PRICE', 'US dollars per million tokens', dollars);
  const outputPerMillion = read(env, 'OPENAI_OUTPUT_PRICE', 'US dollars per million tokens', dollars);
  const isPriced = inputPerMillion !== undefined && outputPerMillion !== undefined;
  if (!isPriced && inputPerMillion !== outputPerMillion) {
    throw new StartupError('OPENAI_INPUT_PRICE and OPENAI_OUTPUT_PRICE belong together: set both or neither.');
  }
  return {
    baseUrl,
    apiKey: env.OPENAI_API_KEY || undefined,
    model: env.OPENAI_MODEL || 'gpt-4o-mini',
    price: isPriced ? { inputPerMillion, outputPerMillion } : undefined,
  };
}

/** `parse` returns undefined for what is not `allowed`. */
function read<T>(
  env: NodeJS.ProcessEnv,
  name: string,
  allowed: string,
  parse: (text: string) => T | undefined,
): T | undefined {
  const text = env[name];
  if (!text) return undefined;
  const value = parse(text);
  if (value === undefined) throw new StartupError(`${name} is ${JSON.stringify(text)}; it must be ${allowed}.`);
  return value;
}

function wholeNumber(text: string, most = 2 ** 31 - 1): number | undefined {
  return /^\d+$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

function dollars(text: string): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function folder(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? resolve(path) : undefined;
}

function httpUrl(text: string): string | undefined {
  return /^https?:/i.test(text) && URL.canParse(text) ? text.replace(/\/+$/, '') : undefined;
}
