/** V8 keeps a part of a text as a view of the whole; below this length it copies. */
const SHORTEST_VIEW = 13;

/**
 * The same text with memory of its own. A name that was cut out of a prompt would otherwise keep the whole prompt alive
 * for as long as the name is counted.
 */
export function detachedText(text: string): string {
  return text.length < SHORTEST_VIEW ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
