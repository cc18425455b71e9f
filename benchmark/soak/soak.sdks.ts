import { streamText, wrapLanguageModel } from 'ai';
import { agentMetricsMiddleware, trackedTools } from 'nestjs-agent-metrics/ai-sdk';
import { trackedMcpServer } from 'nestjs-agent-metrics/mcp';
import { trackedOpenAI } from 'nestjs-agent-metrics/openai';
import { generate, offlineChatModel, weather } from '../subjects/offline-chat-model';
import { connect, offlineServer } from '../subjects/offline-mcp';
import { CHUNKS, COMPLETION, jsonAnswer, offlineOpenAI } from '../subjects/offline-openai';

const FAILING = 'failing';
const messages = [{ role: 'user' as const, content: 'How is the weather?' }];

function answer({ body }: RequestInit): Response {
  const { stream, model } = JSON.parse(body as string) as { stream?: boolean; model: string };
  if (model === FAILING) return jsonAnswer('{"error":{"message":"Planned."}}', 400);
  if (stream !== true) return jsonAnswer(COMPLETION);
  const events = [...CHUNKS, '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
  return new Response(events, { headers: { 'content-type': 'text/event-stream' } });
}

/** Answers, fails, streams to the end and half-way; each time another model, and a client of a copy of its own. */
async function useOpenAI(model: string): Promise<void> {
  const client = trackedOpenAI(offlineOpenAI(answer)).withOptions({ timeout: 60_000 });
  await client.chat.completions.create({ model, messages });
  await client.chat.completions.create({ model: FAILING, messages }).catch(() => undefined);
  const request = { model, messages, stream: true, stream_options: { include_usage: true } } as const;
  const toItsEnd = await client.chat.completions.create(request);
  for await (const chunk of toItsEnd) void chunk;
  const halfWay = await client.chat.completions.create(request);
  for await (const chunk of halfWay) if (chunk.choices.length > 0) break;
}

/** A model that calls a tool and answers, and one that streams. */
async function useAiSdk(modelId: string): Promise<void> {
  const model = wrapLanguageModel({ model: offlineChatModel(modelId), middleware: agentMetricsMiddleware() });
  await generate(model, trackedTools({ weather: weather() }));
  await streamText({ model, prompt: messages[0]!.content }).text;
}

/** A server for each session, as transports over HTTP make them. */
async function useMcp(): Promise<void> {
  const { call, close } = await connect(trackedMcpServer(offlineServer()));
  await call();
  await close();
}

/** Calls through the adapters, of new models each time. */
export async function useSdks(round: number): Promise<void> {
  await useOpenAI(`gpt ${round}`);
  await useAiSdk(`chat ${round}`);
  await useMcp();
}
