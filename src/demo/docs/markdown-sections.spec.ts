import { splitIntoSections } from './markdown-sections';

describe('splitIntoSections', () => {
  it('gives each heading a section with its place and its text', () => {
    expect(splitIntoSections('guide.md', '# The `guide`\nIntro.\n\n## Set up\r\nRun it.\r\n')).toEqual([
      { id: 'guide.md:1', heading: 'The guide', text: 'Intro.' },
      { id: 'guide.md:4', heading: 'Set up', text: 'Run it.' },
    ]);
  });

  it('leaves out headings without text, and text without a heading', () => {
    expect(splitIntoSections('guide.md', 'Badges.\n# Guide\n## Set up\nRun it.')).toMatchObject([{ id: 'guide.md:3' }]);
  });

  it('takes comments in code for no headings', () => {
    const [section, ...others] = splitIntoSections('guide.md', '# Guide\n```sh\n# install it\nnpm i\n```\nDone.');
    expect(section?.text).toContain('# install it\nnpm i');
    expect(others).toEqual([]);
  });
});
