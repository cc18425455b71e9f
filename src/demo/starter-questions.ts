import type { DocsIndex } from './docs/docs-index';

/**
 * What the crew asks itself at start, so that there is something to see: a search, a section by its name, and a
 * calculation that fails. Taken from the documents themselves, whichever they are.
 */
export function starterQuestions(docs: DocsIndex): string[] {
  const [first, second = first] = docs.sections;
  if (!first || !second) return [];
  return [
    `What is ${first.title}?`,
    `What does the section "${second.heading}" of ${second.path} say, and how much is 6 * 7?`,
    'Calculate 6 * (7 + bananas)',
  ];
}
