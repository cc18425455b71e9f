const ESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/** OpenMetrics keeps a backslash before any other character. */
export function unescapeKnown(sequence: string): string {
  return ESCAPED[sequence] ?? sequence;
}

/** The older format does not escape quotation marks in help texts, and allows no other sequence. */
export function unescapeHelp(sequence: string): string {
  const character = sequence === '\\"' ? undefined : ESCAPED[sequence];
  if (character === undefined) throw new SyntaxError(`"${sequence}" is no escape sequence`);
  return character;
}
