import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { observabilityFiles } from './observability-files';
import {
  completeSettings,
  flagOf,
  SETTING_NAMES,
  SETTINGS,
  type ObservabilitySettings,
  type SettingName,
} from './settings';

/** What the command answers to `--help`. */
export function helpText(): string {
  const rows = SETTING_NAMES.map((name) => {
    const { default: byDefault, meaning } = SETTINGS[name];
    return `  --${flagOf(name).padEnd(24)}${meaning.replaceAll('`', '')} (${byDefault})`;
  });
  const usage = 'npx nestjs-agent-metrics observability <folder> [flags]';
  return `${usage}\n\nWrites Prometheus rules and a Grafana dashboard into the folder.\n\n${rows.join('\n')}\n`;
}

/**
 * Does what the arguments ask for.
 *
 * @returns what to print
 * @throws Error that says in one line what is wrong with the arguments
 */
export function runCommand(args: readonly string[]): string {
  const { positionals, values } = parse(args);
  const [command, folder, ...others] = positionals;
  if (values.help) return helpText();
  if (command !== 'observability' || folder === undefined || others.length > 0) throw new Error(helpText());
  const files = observabilityFiles(completeSettings(readSettings(values)));
  mkdirSync(folder, { recursive: true });
  return Object.entries(files)
    .map(([name, text]) => {
      writeFileSync(join(folder, name), text);
      return `${join(folder, name)}\n`;
    })
    .join('');
}

function parse(args: readonly string[]) {
  const flags = SETTING_NAMES.map((name) => [flagOf(name), { type: 'string' }] as const);
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...Object.fromEntries(flags), help: { type: 'boolean', short: 'h' } },
  });
}

function readSettings(values: Readonly<Record<string, unknown>>): Partial<ObservabilitySettings> {
  const given = SETTING_NAMES.filter((name) => values[flagOf(name)] !== undefined);
  return Object.fromEntries(given.map((name) => [name, readValue(name, values[flagOf(name)] as string)]));
}

function readValue(name: SettingName, text: string): string | number {
  if (typeof SETTINGS[name].default === 'string') return text;
  // What is not written as a number stays text, which is refused as such.
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}
