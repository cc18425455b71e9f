import { splitIntoSections } from '../docs/markdown-sections';
import { ExtractiveModel } from './extractive.model';

const model = new ExtractiveModel();

async function answer(question: string, ...documents: string[]): Promise<string> {
  const passages = documents.flatMap((markdown, index) => splitIntoSections(`${index}.md`, markdown));
  return (await model.composeAnswer(question, passages)).value;
}

describe('ExtractiveModel', () => {
  it("searches with the question's own words, once for each sentence", async () => {
    const { value } = await model.suggestQueries('How do I install the packages? What is a Histogram?');
    expect(value).toEqual(['install package', 'histogram']);
  });

  it('quotes the sentences that say most of what was asked, with their passages', async () => {
    const text = await answer(
      'How long does the kettle take to boil water?',
      '# Toaster\nThe toaster browns bread within two minutes. It has two slots.',
      '# Kettle\nThe kettle is made of steel. It takes three minutes to boil a litre of water.',
    );
    expect(text).toContain('It takes three minutes to boil a litre of water. [2]');
    expect(text).not.toContain('two slots');
  });

  it('quotes code as it stands', async () => {
    const text = await answer('How do I install kettle?', '# Install\n```sh\nnpm install kettle\n```\n');
    expect(text).toBe('```sh\nnpm install kettle\n```\n[1]');
  });

  it('quotes what is said twice once', async () => {
    const text = await answer(
      'What does the kettle boil?',
      '# A\nThe kettle boils fresh water.',
      '# B\nThe kettle boils fresh water.',
    );
    expect(text).toBe('The kettle boils fresh water. [1]');
  });

  it('leaves out tables, pictures and what only leads over to something else', async () => {
    const text = await answer(
      'kettle',
      '# A\n| kettle | table row that is long |\n\n![kettle](kettle.png)\n\nHere is an example of the kettle:\n\n- The *kettle* has a [lid](#lid).',
    );
    expect(text).toBe('The kettle has a lid. [1]');
  });

  it('answers the same every time', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => answer('kettle', '# A\nThe kettle boils fresh water.')));
    expect(first).toBe(second);
  });

  it('is silent where nothing can be quoted', async () => {
    expect(await answer('kettle', '# A\nok')).toBe('');
  });
});
