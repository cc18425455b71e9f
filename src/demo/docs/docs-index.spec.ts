import { closestSections } from './closest-sections';
import { DocsIndex } from './docs-index';
import { splitIntoSections } from './markdown-sections';

const sections = [
  ...splitIntoSections('README.md', '# Kettle\nBoils water.\n\n## Install\nPlug it in.\n\n## Cleaning\nUse vinegar.'),
  ...splitIntoSections('docs/toaster.md', '# Toaster\nBrowns bread.\n\n## Install\nKeep clear of curtains.'),
];

describe('DocsIndex', () => {
  let docs: DocsIndex;

  beforeAll(async () => {
    docs = await DocsIndex.of(sections);
  });

  it('finds sections by the words of heading and text, the best first', () => {
    expect(docs.search('cleaning with vinegar', 3)[0]).toMatchObject({ id: 'README.md#cleaning', section: 'Cleaning' });
    expect(docs.search('installing', 3).map(({ id }) => id)).toEqual(['README.md#install', 'docs/toaster.md#install']);
  });

  it('forgives a slip of the finger', () => {
    expect(docs.search('vineger', 1)).toMatchObject([{ id: 'README.md#cleaning' }]);
  });

  it('finds nothing for words that no document has', () => {
    expect(docs.search('submarine', 3)).toEqual([]);
  });

  it.each([
    ['its id', 'docs/toaster.md#install', 'docs/toaster.md#install'],
    ['its heading, the first of that name', 'install', 'README.md#install'],
    ['its heading within a document', 'toaster.md#Install', 'docs/toaster.md#install'],
  ])('finds a section by %s', (_, reference, id) => {
    expect(docs.find(reference)?.id).toBe(id);
  });

  it.each(['', '#', 'Teleport', 'README.md#Teleport', 'oaster.md#Install', '__proto__'])(
    'has no section %j',
    (reference) => {
      expect(docs.find(reference)).toBeUndefined();
    },
  );

  it('counts documents', () => {
    expect(docs.documentCount).toBe(2);
  });
});

describe('closestSections', () => {
  it('ranks sections by how little their heading and text differ from the phrase', async () => {
    const closest = await closestSections('Clening', sections, 2);
    expect(closest[0]?.id).toBe('README.md#cleaning');
    expect(closest).toHaveLength(2);
  });

  it('stops when nobody waits any more', async () => {
    const long = { ...sections[0]!, text: 'water '.repeat(3_000) };
    const abort = new AbortController();
    const search = closestSections('a phrase of some length', Array(1_000).fill(long), 1, abort.signal);
    abort.abort();
    await expect(search).rejects.toMatchObject({ name: 'AbortError' });
  });
});
