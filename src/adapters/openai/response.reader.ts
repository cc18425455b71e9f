import { errorOf, type AnswerNews, type DescribedFailure } from '../ground/stainless-answer';
import { usageOf, type OpenAIUsage } from '../ground/openai-usage';

interface ModelResponse {
  readonly model?: string;
  readonly status?: string;
  readonly usage?: OpenAIUsage | null;
  readonly error?: DescribedFailure | null;
}

interface ResponseEvent extends DescribedFailure {
  readonly type?: string;
  readonly response?: ModelResponse;
}

/** Of the response in an event. One that is incomplete has stopped at a limit of the request. */
const LAST = new Set<string | undefined>(['completed', 'incomplete', 'failed']);

/** Reads a response, or an event of a streamed one. */
export function readResponse(answer: ModelResponse & ResponseEvent): AnswerNews {
  const { type } = answer;
  if (type === undefined) return newsOf(answer);
  if (type === 'error') return { error: errorOf(answer) };
  const isToken = type.endsWith('.delta') || type === 'response.output_item.added';
  return answer.response === undefined ? { isToken } : newsOf(answer.response);
}

function newsOf({ model, status, usage, error }: ModelResponse): AnswerNews {
  return {
    model,
    usage: usageOf(usage),
    isLast: LAST.has(status),
    error: status === 'failed' ? errorOf(error ?? {}) : undefined,
  };
}
