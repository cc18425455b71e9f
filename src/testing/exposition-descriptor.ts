import { unescapeHelp, unescapeKnown } from './exposition-escapes';
import type { ExpositionTextFormat } from './exposition-line';

/** A line of metadata. `UNIT` is a comment like any other in the older format. */
export interface Descriptor {
  readonly keyword: 'HELP' | 'TYPE' | 'UNIT';
  readonly family: string;
  readonly text: string;
}

/**
 * `# HELP`, `# TYPE` or `# UNIT`; undefined for any other comment, which the older format allows.
 *
 * @throws SyntaxError
 */
export function parseDescriptor(line: string, format: ExpositionTextFormat): Descriptor | undefined {
  return format === 'openmetrics' ? parseStrictDescriptor(line) : parseLooseDescriptor(line);
}

function parseStrictDescriptor(line: string): Descriptor {
  const match = /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/s.exec(line);
  if (match === null) throw new SyntaxError('OpenMetrics does not allow this comment');
  const [, keyword, family, text] = match as unknown as [string, Descriptor['keyword'], string, string];
  if (keyword !== 'HELP') return { keyword, family, text };
  return { keyword, family, text: text.replace(/\\./gs, unescapeKnown) };
}

function parseLooseDescriptor(line: string): Descriptor | undefined {
  const match = /^[ \t]*#[ \t]*(HELP|TYPE)[ \t]+(.+)$/s.exec(line);
  if (match === null) return undefined;
  const [, keyword, rest] = match as unknown as [string, Descriptor['keyword'], string];
  const parts = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:[ \t]+(.*))?$/s.exec(rest);
  if (parts === null) throw new SyntaxError(`${keyword} has no metric name`);
  const [, family, text = ''] = parts as unknown as [string, string, string?];
  return { keyword, family, text: keyword === 'HELP' ? text.replace(/\\.?/gs, unescapeHelp) : text };
}
