import MiniSearch from 'minisearch';
import { toAnchor } from './markdown-sections';
import type { Section } from './section';
import { termsOf } from './terms';

export interface SearchHit {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly section: string;
  readonly score: number;
}

/** The sections of all documents: found by their words, and one by one by name. */
export class DocsIndex {
  readonly documentCount: number;
  private readonly byId: ReadonlyMap<string, Section>;

  private constructor(
    readonly sections: readonly Section[],
    private readonly fullText: MiniSearch<Section>,
  ) {
    this.documentCount = new Set(sections.map(({ path }) => path)).size;
    this.byId = new Map(sections.map((section) => [section.id, section]));
  }

  static async of(sections: readonly Section[]): Promise<DocsIndex> {
    const fullText = new MiniSearch<Section>({
      fields: ['heading', 'title', 'path', 'text'],
      tokenize: termsOf,
      processTerm: (term) => term,
      searchOptions: {
        boost: { heading: 3, title: 2, path: 1.5 },
        prefix: (term) => term.length > 3,
        fuzzy: (term) => (term.length > 5 ? 0.2 : false),
      },
    });
    // In chunks: indexing takes a second or two, and whoever starts this in a larger application has other work too.
    await fullText.addAllAsync(sections, { chunkSize: 200 });
    return new DocsIndex(sections, fullText);
  }

  /** The sections that fit the words of `query`, the best first. */
  search(query: string, limit: number): SearchHit[] {
    const hits: SearchHit[] = [];
    for (const { id, score } of this.fullText.search(query).slice(0, limit)) {
      const section = this.byId.get(String(id));
      if (section) hits.push(toHit(section, score));
    }
    return hits;
  }

  /** A section by its id, by `path#heading`, or by its heading alone where the first of that name will do. */
  find(reference: string): Section | undefined {
    return this.byId.get(reference) ?? this.findByHeading(reference);
  }

  private findByHeading(reference: string): Section | undefined {
    const [, document = '', heading = ''] = /^(?:([^#]*)#)?(.*)$/s.exec(reference) ?? [];
    const anchor = toAnchor(heading);
    if (anchor === '') return undefined;
    return this.sections.find((section) => toAnchor(section.heading) === anchor && isIn(document, section.path));
  }
}

function toHit({ id, title, path, heading }: Section, score: number): SearchHit {
  return { id, title, path, section: heading, score: Math.round(score * 100) / 100 };
}

/** Whether `path` is the document meant by a file's name, a package's name or the whole path. */
function isIn(document: string, path: string): boolean {
  return document === '' || `/${path}/`.toLowerCase().includes(`/${document.toLowerCase()}/`);
}
