import type { ExecutionKind } from '../../index';
import type { Attributes } from './span';

/** How each instrumentation says what a span is: an attribute, and what its values mean. What is left out is no execution. */
const KINDS: Readonly<Record<string, Readonly<Record<string, ExecutionKind>>>> = {
  // The GenAI conventions.
  'gen_ai.operation.name': {
    invoke_agent: 'agent',
    execute_tool: 'tool',
    chat: 'model',
    text_completion: 'model',
    generate_content: 'model',
    embeddings: 'model',
  },
  // OpenInference.
  'openinference.span.kind': { AGENT: 'agent', TOOL: 'tool', LLM: 'model', EMBEDDING: 'model' },
  // OpenLLMetry.
  'traceloop.span.kind': { agent: 'agent', tool: 'tool' },
  'llm.request.type': { chat: 'model', completion: 'model', embedding: 'model' },
  // The AI SDK 5 and 6, whose outer spans repeat the tokens of the inner ones.
  'ai.operationId': {
    'ai.toolCall': 'tool',
    'ai.generateText.doGenerate': 'model',
    'ai.streamText.doStream': 'model',
    'ai.generateObject.doGenerate': 'model',
    'ai.streamObject.doStream': 'model',
    'ai.embed.doEmbed': 'model',
    'ai.embedMany.doEmbed': 'model',
  },
};

/** Calls of the AI SDK 5 and 6 that are an agent's where they name a function. */
const AI_SDK_AGENTS = /^ai\.(?:generateText|streamText|generateObject|streamObject)$/;

/** What a span is, as far as its attributes say by now. */
export function kindOfSpan(attributes: Attributes): ExecutionKind | undefined {
  for (const [attribute, kinds] of Object.entries(KINDS)) {
    const value = attributes[attribute];
    if (typeof value === 'string' && Object.hasOwn(kinds, value)) return kinds[value];
  }
  const isAgent = AI_SDK_AGENTS.test(String(attributes['ai.operationId'])) && 'ai.telemetry.functionId' in attributes;
  return isAgent ? 'agent' : undefined;
}
