const EXPRESSION = /\{[^{}]*\}/;

/** Whether a URI may come of a template: the texts between its expressions are there, in order. Linear in the URI's length. */
export function matchesTemplate(template: string, uri: string): boolean {
  const [start = '', ...parts] = template.split(EXPRESSION);
  const end = parts.pop();
  if (end === undefined) return uri === template;
  if (!uri.startsWith(start)) return false;
  let at = start.length;
  for (const part of parts) {
    const found = uri.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return uri.length - end.length >= at && uri.endsWith(end);
}
