const ESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/** OpenMetrics lets a backslash before any other character stand for itself. */
export function unescapeKnown(sequence: string): string {
  return ESCAPED[sequence] ?? sequence;
}

/** In the older format a quotation mark stands for itself in a help text, and no other sequence is allowed. */
export function unescapeHelp(sequence: string): string {
  const character = sequence === '\\"' ? undefined : ESCAPED[sequence];
  if (character === undefined) throw new SyntaxError(`"${sequence}" is no escape sequence`);
  return character;
}
