/** A cast in front of its expression. */
const CAST = /\/\*\* @type \{[^*]*\} \*\/ /g;

/**
 * A module or a style sheet of the page as the browser gets it: without comments on lines of their own, casts,
 * indentation and empty lines, which are a third of what would be sent.
 */
export function slimSource(source: string): string {
  let isComment = false;
  const lines = source.split('\n').map((line) => {
    const text = line.trim();
    const isWithin = isComment || text.startsWith('/*');
    if (!isWithin) return text.startsWith('//') ? '' : text.replaceAll(CAST, '');
    const end = text.indexOf('*/');
    isComment = end === -1;
    // Text after a comment on its line is code.
    return isComment || end === text.length - 2 ? '' : text.replaceAll(CAST, '');
  });
  return lines.filter((line) => line !== '').join('\n');
}
