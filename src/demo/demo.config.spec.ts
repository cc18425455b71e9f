import { join } from 'node:path';
import { readDemoConfig } from './demo.config';
import { StartupError } from './startup.error';

const OPENAI_BASE_URL = 'http://localhost:1/v1';

describe('readDemoConfig', () => {
  it('needs nothing set, and takes empty for unset', () => {
    const defaults = { port: 3000, docsDir: join(__dirname, '../../docs'), visitEveryMs: 2_000, openAi: undefined };
    expect(readDemoConfig({})).toMatchObject(defaults);
    const empty = { PORT: '', DOCS_DIR: '', METRICS_TOKEN: '', OPENAI_BASE_URL: '', OPENAI_API_KEY: 'unused' };
    expect(readDemoConfig(empty)).toEqual(readDemoConfig({}));
  });

  it('reads what is set', () => {
    const env = { PORT: '0', DOCS_DIR: __dirname, METRICS_TOKEN: 'secret', OPENAI_BASE_URL: `${OPENAI_BASE_URL}/` };
    expect(readDemoConfig({ ...env, OPENAI_MODEL: 'm' })).toMatchObject({
      port: 0,
      docsDir: __dirname,
      metricsToken: 'secret',
      openAi: { baseUrl: OPENAI_BASE_URL, apiKey: undefined, model: 'm', price: undefined },
    });
  });

  it('asks a model that costs something by itself only where it is told to', () => {
    expect(readDemoConfig({ OPENAI_BASE_URL }).visitEveryMs).toBe(0);
    expect(readDemoConfig({ VISIT_EVERY_MS: '500', OPENAI_BASE_URL }).visitEveryMs).toBe(500);
    expect(readDemoConfig({ VISIT_EVERY_MS: '0' }).visitEveryMs).toBe(0);
  });

  it('reads what the model costs, and does not guess half of it', () => {
    const half = { OPENAI_BASE_URL, OPENAI_INPUT_PRICE: '2.50' };
    const { openAi } = readDemoConfig({ ...half, OPENAI_OUTPUT_PRICE: '0' });
    expect(openAi?.price).toEqual({ inputPerMillion: 2.5, outputPerMillion: 0 });
    expect(() => readDemoConfig(half)).toThrow(
      new StartupError('OPENAI_INPUT_PRICE and OPENAI_OUTPUT_PRICE belong together: set both or neither.'),
    );
  });

  it.each([
    ['PORT', 'http', 'a whole number from 0 to 65535'],
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['VISIT_EVERY_MS', '-1', 'whole milliseconds, 0 for never'],
    ['DOCS_DIR', '/no/such/folder', 'a folder with Markdown files'],
    ['DOCS_DIR', __filename, 'a folder with Markdown files'],
    ['OPENAI_BASE_URL', 'localhost:11434', 'a URL such as http://localhost:11434/v1'],
    ['OPENAI_INPUT_PRICE', '-1', 'US dollars per million tokens'],
    ['OPENAI_OUTPUT_PRICE', 'free', 'US dollars per million tokens'],
  ])('says in one line what is wrong with %s=%s', (name, value, allowed) => {
    const message = `${name} is "${value}"; it must be ${allowed}.`;
    expect(() => readDemoConfig({ OPENAI_BASE_URL, [name]: value })).toThrow(new StartupError(message));
  });
});
