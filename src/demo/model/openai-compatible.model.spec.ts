import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ModelUnavailableError } from './model-unavailable.error';
import { OpenAiCompatibleModel } from './openai-compatible.model';

describe('OpenAiCompatibleModel, asking a server that does not answer', () => {
  let server: Server;
  let baseUrl: string;

  beforeEach(async () => {
    server = createServer(() => undefined);
    await once(server.listen(0), 'listening');
    baseUrl = `http://localhost:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  });

  it('gives up in time, and says that it was the time', async () => {
    const model = new OpenAiCompatibleModel({ baseUrl, model: 'm1', timeoutMs: 1 });
    const error: unknown = await model.suggestQueries('kettle').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelUnavailableError);
    expect(error).toMatchObject({
      message: expect.stringContaining('timeout') as string,
      cause: { name: 'TimeoutError' },
    });
  });

  it('does not blame the model when the caller stops', async () => {
    const model = new OpenAiCompatibleModel({ baseUrl, model: 'm1', timeoutMs: 60_000 });
    await expect(model.suggestQueries('kettle', AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });
});
