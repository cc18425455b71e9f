import { currentExecution, trackedModel, trackedTool } from 'nestjs-agent-metrics';
import type { Driver } from '../kit/driver';
import type { Run } from '../kit/run';

interface Message {
  readonly content: string | null;
  readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: string } }[];
}
interface Chunk {
  readonly choices: readonly { readonly message?: Message; readonly delta?: Message }[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number };
    readonly completion_tokens_details: { readonly reasoning_tokens: number };
  };
}

class RefusedError extends Error {
  constructor(readonly status: number) {
    super(`refused with ${status}`);
  }
}

const usage = ({ usage: reported }: Chunk) =>
  reported && {
    inputTokens: reported.prompt_tokens,
    cachedInputTokens: reported.prompt_tokens_details.cached_tokens,
    outputTokens: reported.completion_tokens,
    reasoningTokens: reported.completion_tokens_details.reasoning_tokens,
  };

/** No SDK: `fetch`, with our own functions around model and tools. It holds what the stories expect of a driver. */
export const byHand: Driver = {
  name: 'fetch by hand',
  counts: ['tools', 'models'],
  provider: 'fake',
  errorTypes: { refused: () => 'RefusedError', broken: 'TypeError' },
  async play(run, provider, { tracked }) {
    const { model: name, streams } = run.script;
    const options = { model: name, provider: 'fake' };
    const url = `${provider.urlOf(run)}/chat/completions`;
    const ask = () => fetchWithRetries(url, run);
    const [whole, pieces] = tracked
      ? [
          trackedModel({ ...options, usage }, async () => (await (await ask()).json()) as Chunk),
          trackedModel({ ...options, usage, firstToken: hasText }, () => chunksOf(ask)),
        ]
      : [async () => (await (await ask()).json()) as Chunk, () => chunksOf(ask)];
    for (;;) {
      const message = streams ? await readAll(pieces(), run) : (await whole()).choices[0]!.message!;
      if (!message.tool_calls?.length) return message.content ?? '';
      await Promise.all(message.tool_calls.map((call) => callTool(call.function, run, tracked)));
    }
  },
};

const hasText = ({ choices: [choice] }: Chunk) => Boolean(choice?.delta?.content ?? choice?.delta?.tool_calls);

async function callTool(call: { name: string; arguments: string }, run: Run, tracked: boolean): Promise<void> {
  const tool = run.tools[call.name]!;
  const { input } = JSON.parse(call.arguments) as { input: string };
  const decorated = run.script.tools?.[call.name];
  const isTracked = decorated?.does === 'returns' && decorated.decorated;
  // What a tool throws is an answer to the model.
  await (tracked && !isTracked ? trackedTool(call.name, tool) : tool)(input).catch(() => {});
}

async function fetchWithRetries(url: string, { script, signal }: Run): Promise<Response> {
  for (let retries = 0; ; retries += 1) {
    const body = JSON.stringify({ model: script.model, stream: script.streams });
    const response = await fetch(url, { method: 'POST', body, signal });
    if (response.ok) return response;
    await response.arrayBuffer();
    if (retries === 2 || response.status === 400) throw new RefusedError(response.status);
    currentExecution()?.recordRetry();
  }
}

async function* chunksOf(ask: () => Promise<Response>): AsyncGenerator<Chunk> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of (await ask()).body!) {
    text += decoder.decode(bytes as Uint8Array, { stream: true });
    const events = text.split('\n\n');
    text = events.pop()!;
    for (const event of events) {
      const data = event.replace(/^data: /, '');
      if (data !== '[DONE]') yield JSON.parse(data) as Chunk;
    }
  }
}

async function readAll(chunks: AsyncIterable<Chunk>, run: Run): Promise<Message> {
  let content = '';
  const calls: NonNullable<Message['tool_calls']>[number][] = [];
  for await (const {
    choices: [choice],
  } of chunks) {
    calls.push(...(choice?.delta?.tool_calls ?? []));
    content += choice?.delta?.content ?? '';
    if (!run.read(choice?.delta?.content ?? '')) break;
  }
  return { content, tool_calls: calls };
}
