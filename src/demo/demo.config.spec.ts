import { join } from 'node:path';
import { readDemoConfig } from './demo.config';
import { StartupError } from './startup.error';

const timeouts = { agentMs: 150_000, sequenceMs: 5_000, perTool: { read_section: 2_000 } };
const OPENAI_BASE_URL = 'http://localhost:1/v1';

describe('readDemoConfig', () => {
  it('needs nothing set, and takes empty for unset', () => {
    const defaults = { port: 3000, docsDir: undefined, timeouts, visitEveryMs: 2_000, openAi: undefined };
    expect(readDemoConfig({})).toEqual(defaults);
    expect(
      readDemoConfig({ PORT: '', DOCS_DIR: '', METRICS_TOKEN: '', OPENAI_BASE_URL: '', OPENAI_API_KEY: 'unused' }),
    ).toEqual(defaults);
  });

  it('reads what is set', () => {
    expect(
      readDemoConfig({
        PORT: '0',
        DOCS_DIR: __dirname,
        METRICS_TOKEN: 'secret',
        OPENAI_BASE_URL: 'http://localhost:1/v1/',
        OPENAI_MODEL: 'm',
      }),
    ).toEqual({
      port: 0,
      docsDir: __dirname,
      metricsToken: 'secret',
      timeouts,
      visitEveryMs: 0,
      openAi: { baseUrl: OPENAI_BASE_URL, apiKey: undefined, model: 'm', timeoutMs: 120_000, price: undefined },
    });
  });

  it('invites visitors to a model that costs something only where it is told to', () => {
    expect(readDemoConfig({ VISIT_EVERY_MS: '500', OPENAI_BASE_URL }).visitEveryMs).toBe(500);
    expect(readDemoConfig({ VISIT_EVERY_MS: '0' }).visitEveryMs).toBe(0);
  });

  it('reads what the model costs', () => {
    const { openAi } = readDemoConfig({ OPENAI_BASE_URL, OPENAI_INPUT_PRICE: '2.50', OPENAI_OUTPUT_PRICE: '0' });
    expect(openAi?.price).toEqual({ inputPerMillion: 2.5, outputPerMillion: 0 });
  });

  it('does not guess half of a price', () => {
    expect(() => readDemoConfig({ OPENAI_BASE_URL, OPENAI_INPUT_PRICE: '2.50' })).toThrow(
      new StartupError('OPENAI_INPUT_PRICE and OPENAI_OUTPUT_PRICE belong together: give both or neither.'),
    );
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['VISIT_EVERY_MS', '-1'],
    ['DOCS_DIR', '/no/such/folder'],
    ['DOCS_DIR', join(__dirname, 'demo.config.ts')],
    ['OPENAI_BASE_URL', 'localhost:11434'],
    ['OPENAI_BASE_URL', 'http://'],
    ['OPENAI_INPUT_PRICE', '-1'],
    ['OPENAI_OUTPUT_PRICE', 'free'],
  ])('says in one line what is wrong with %s=%s', (name, value) => {
    const read = () => readDemoConfig({ OPENAI_BASE_URL, [name]: value });
    expect(read).toThrow(StartupError);
    expect(read).toThrow(new RegExp(`^${name}=${value.replace(/[.]/g, '\\.')} [^\\n]+\\.$`));
  });
});
