import MiniSearch from 'minisearch';
import { contentWords } from './content-words';
import type { Section } from './markdown-sections';

export interface SearchHit {
  readonly id: string;
  readonly heading: string;
}

/** The sections of all documents: found by their words, and one by one by name. */
export class DocsIndex {
  private readonly fullText = new MiniSearch<Section>({
    fields: ['heading', 'text'],
    storeFields: ['heading'],
    tokenize: contentWords,
    searchOptions: { boost: { heading: 3 }, prefix: (term) => term.length > 3, fuzzy: 0.2 },
  });

  constructor(readonly sections: readonly Section[]) {
    this.fullText.addAll(sections);
  }

  /** The sections that fit the words of `query`, the best first. */
  search(query: string, limit: number): SearchHit[] {
    const hits = this.fullText.search(query).slice(0, limit);
    return hits.map(({ id, heading }) => ({ id: String(id), heading: String(heading) }));
  }

  /** The section of this id, or the first of this heading. */
  find(reference: string): Section | undefined {
    const heading = reference.toLowerCase();
    return (
      this.sections.find(({ id }) => id === reference) ??
      this.sections.find((section) => section.heading.toLowerCase() === heading)
    );
  }
}
