import { join } from 'node:path';
import { readDemoConfig } from './demo.config';
import { StartupError } from './startup.error';

describe('readDemoConfig', () => {
  it('needs nothing set, and takes empty for unset', () => {
    const defaults = { port: 3000, docsDir: undefined, openAi: undefined };
    expect(readDemoConfig({})).toEqual(defaults);
    expect(readDemoConfig({ PORT: '', DOCS_DIR: '', OPENAI_BASE_URL: '', OPENAI_API_KEY: 'unused' })).toEqual(defaults);
  });

  it('reads what is set', () => {
    expect(
      readDemoConfig({ PORT: '0', DOCS_DIR: __dirname, OPENAI_BASE_URL: 'http://localhost:1/v1/', OPENAI_MODEL: 'm' }),
    ).toEqual({
      port: 0,
      docsDir: __dirname,
      openAi: { baseUrl: 'http://localhost:1/v1', apiKey: undefined, model: 'm', timeoutMs: 120_000 },
    });
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['DOCS_DIR', '/no/such/folder'],
    ['DOCS_DIR', join(__dirname, 'demo.config.ts')],
    ['OPENAI_BASE_URL', 'localhost:11434'],
    ['OPENAI_BASE_URL', 'http://'],
  ])('says in one line what is wrong with %s=%s', (name, value) => {
    const read = () => readDemoConfig({ [name]: value });
    expect(read).toThrow(StartupError);
    expect(read).toThrow(new RegExp(`^${name}=${value.replace(/[.]/g, '\\.')} [^\\n]+\\.$`));
  });
});
