import { splitIntoSections } from './markdown-sections';

function idsOf(...lines: string[]): string[] {
  return splitIntoSections('guide.md', lines.join('\n')).map(({ id }) => id);
}

describe('splitIntoSections', () => {
  it('gives each heading a section with its document, its title and its text', () => {
    expect(splitIntoSections('docs/guide.md', '# Guide\nIntro.\n\n## Set up\nRun it.\n')).toEqual([
      { id: 'docs/guide.md#guide', path: 'docs/guide.md', title: 'Guide', heading: 'Guide', text: 'Intro.' },
      { id: 'docs/guide.md#set-up', path: 'docs/guide.md', title: 'Guide', heading: 'Set up', text: 'Run it.' },
    ]);
  });

  it('finds text above the first heading by the path alone', () => {
    expect(idsOf('Badges.', '# Guide', 'Intro.')).toEqual(['guide.md', 'guide.md#guide']);
  });

  it('takes a document without headings as one section, named after its file', () => {
    expect(splitIntoSections('notes.md', 'Just text.')).toMatchObject([{ id: 'notes.md', heading: 'notes.md' }]);
  });

  it('reads underlined headings', () => {
    expect(idsOf('Guide', '=====', 'Intro.', '', 'Set up', '---', 'Run it.')).toEqual([
      'guide.md#guide',
      'guide.md#set-up',
    ]);
  });

  it('does not take rules, tables and lists for underlined headings', () => {
    expect(idsOf('# Guide', 'Text.', '', '---', '', '- item', '---', '', '| a |', '---')).toEqual(['guide.md#guide']);
  });

  it.each(['```', '~~~', '````'])('leaves comments in code fenced by %s alone', (fence) => {
    expect(idsOf('# Guide', fence, '# no heading', fence, '## Next', 'Text.')).toEqual([
      'guide.md#guide',
      'guide.md#next',
    ]);
  });

  it('ends a fence at one of its kind only, and an open one with the document', () => {
    expect(idsOf('# Guide', '````', '```', '~~~', '# no heading')).toEqual(['guide.md#guide']);
  });

  it('numbers headings of the same name as GitHub does', () => {
    expect(idsOf('# Use', 'a', '# Use', 'b', '# Use', 'c')).toEqual([
      'guide.md#use',
      'guide.md#use-1',
      'guide.md#use-2',
    ]);
  });

  it('leaves markup out of headings', () => {
    const [section] = splitIntoSections('guide.md', '## [`forRoot()`](#x) <a name="y"></a> **now** ##\nText.');
    expect(section).toMatchObject({ id: 'guide.md#forroot-now', heading: 'forRoot() now' });
  });

  it('leaves out front matter and headings without text', () => {
    expect(idsOf('---', 'title: x', '---', '# Empty', '', '## Full', 'Text.')).toEqual(['guide.md#full']);
  });

  it("goes by the package's name for an installed package's README", () => {
    const [section] = splitIntoSections('node_modules/@nestjs/core/README.md', '# Logo\nText.');
    expect(section).toMatchObject({ title: '@nestjs/core', heading: 'Logo' });
  });

  it('reads files with Windows line ends and a byte order mark', () => {
    expect(splitIntoSections('guide.md', '\uFEFF# Guide\r\nOne.\r\nTwo.\r\n')).toMatchObject([
      { id: 'guide.md#guide', text: 'One.\nTwo.' },
    ]);
  });

  it('takes a hostile document in its stride', () => {
    const hostile = `${'# ['.repeat(20_000)}\n${'<!['.repeat(40_000)}\n${'#'.repeat(100_000)} ${' #'.repeat(50_000)}`;
    expect(splitIntoSections('guide.md', hostile).length).toBeLessThan(5);
  });
});
