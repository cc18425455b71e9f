import type { AgentDocument, CollectedDocument, TokenDocument, ToolDocument } from './collected-document';
import type { ExpositionSamples, Labels } from './exposition-samples';

/**
 * Says the same of a document and of a scrape of one moment: every name that either has, and every number that both
 * have, by the names that it belongs to.
 */
class Figures {
  private readonly values = new Map<string, number>();

  add(value: number, ...words: readonly string[]): void {
    const key = JSON.stringify(words);
    this.values.set(key, (this.values.get(key) ?? 0) + value);
  }

  /** That there is such a name, whatever its numbers are. */
  name(...words: readonly string[]): void {
    this.values.set(JSON.stringify([...words, 'is known']), 1);
  }

  /** Sums are taken in another order there than here: they agree to the nanosecond and the billionth of a dollar. */
  toRecord(): Record<string, number> {
    const figures = [...this.values].filter(([, value]) => value !== 0);
    return Object.fromEntries(figures.map(([key, value]) => [key, Number(value.toFixed(8))]));
  }
}

/** Fails where a document and a scrape, taken at one moment, disagree in a name or in a number. */
export function expectAgreement(document: CollectedDocument, samples: ExpositionSamples): void {
  expect(figuresOfDocument(document)).toEqual(figuresOfSamples(samples));
}

function figuresOfDocument(document: CollectedDocument): Record<string, number> {
  const figures = new Figures();
  addSystem(figures, document);
  for (const [id, agent] of Object.entries(document.agent_metrics)) {
    figures.name('agent', id);
    addExecutions(figures, agent, 'agent', id);
    addTokens(figures, agent.token_usage, 'agent', id);
    for (const [name, tool] of Object.entries(agent.tool_metrics)) addTool(figures, tool, 'agent', id, 'tool', name);
  }
  for (const [name, tool] of Object.entries(document.tool_metrics)) addTool(figures, tool, 'tool', name);
  for (const [name, model] of Object.entries(document.model_metrics)) {
    figures.name('model', name);
    const { error_count: error, timeout_count: timeout } = model;
    addStatuses(figures, { ...model, error, timeout }, 'model', name);
    figures.add(model.in_progress, 'model', name, 'in progress');
    figures.add(model.retry_count, 'model', name, 'retries');
    figures.add(model.calls_without_usage, 'model', name, 'without usage');
    for (const [type, count] of Object.entries(model.errors)) figures.add(count, 'model', name, 'errors', type);
    figures.add(model.total_duration_seconds, 'model', name, 'seconds');
    addTokens(figures, model.token_usage, 'model', name);
    figures.add(model.token_usage.unpriced_calls, 'model', name, 'unpriced');
  }
  for (const [name, { hits, misses }] of Object.entries(document.cache_metrics)) {
    figures.name('cache', name);
    figures.add(hits, 'cache', name, 'hits');
    figures.add(misses, 'cache', name, 'misses');
  }
  return figures.toRecord();
}

function addSystem(figures: Figures, { system_metrics: system }: CollectedDocument): void {
  figures.add(system.total_requests, 'requests');
  figures.add(system.successful_requests, 'requests', 'success');
  figures.add(system.failed_requests, 'requests', 'failed');
  figures.add(system.cancelled_requests, 'requests', 'cancelled');
  figures.add(system.requests_in_progress, 'requests', 'in progress');
  figures.add(system.total_execution_time_seconds, 'requests', 'seconds');
  figures.add(system.cache_hits, 'caches', 'hits');
  figures.add(system.cache_misses, 'caches', 'misses');
  addTokens(figures, system.token_usage, 'system');
  figures.add(system.token_usage.unpriced_calls, 'system', 'unpriced');
}

function addStatuses(
  figures: Figures,
  counts: { success_count: number; error: number; timeout: number; cancelled_count: number },
  ...words: string[]
): void {
  figures.add(counts.success_count, ...words, 'success');
  figures.add(counts.error, ...words, 'error');
  figures.add(counts.timeout, ...words, 'timeout');
  figures.add(counts.cancelled_count, ...words, 'cancelled');
}

function addExecutions(figures: Figures, executions: AgentDocument | ToolDocument, ...words: string[]): void {
  const { error_count: error, timeout_count: timeout } = executions;
  addStatuses(figures, { ...executions, error, timeout }, ...words);
  figures.add(error + timeout, ...words, 'typed errors');
  figures.add(executions.execution_count, ...words, 'timed');
  figures.add(executions.total_duration_seconds, ...words, 'seconds');
  figures.add(executions.in_progress, ...words, 'in progress');
  figures.add(executions.retry_count, ...words, 'retries');
}

function addTool(figures: Figures, tool: ToolDocument, ...words: string[]): void {
  figures.name(...words);
  addExecutions(figures, tool, ...words);
  figures.add(tool.input_bytes, ...words, 'input bytes');
  figures.add(tool.output_bytes, ...words, 'output bytes');
}

function addTokens(figures: Figures, tokens: TokenDocument, ...words: string[]): void {
  figures.add(tokens.calls, ...words, 'calls');
  figures.add(tokens.input_tokens, ...words, 'input tokens');
  figures.add(tokens.cached_input_tokens, ...words, 'cached tokens');
  figures.add(tokens.cache_write_tokens, ...words, 'written tokens');
  figures.add(tokens.output_tokens, ...words, 'output tokens');
  figures.add(tokens.reasoning_tokens, ...words, 'reasoning tokens');
  figures.add(tokens.total_tokens, ...words, 'tokens');
  figures.add(tokens.cost_usd, ...words, 'cost');
}

type Read = (figures: Figures, labels: Labels, value: number) => void;

const FAILED = ['error', 'timeout'];

/** What a sample says, by its name. */
const READERS: Readonly<Record<string, Read>> = {
  requests_total: (figures, { status }, value) => {
    figures.add(value, 'requests');
    figures.add(value, 'requests', FAILED.includes(status!) ? 'failed' : status!);
  },
  request_duration_seconds_sum: (figures, _, value) => figures.add(value, 'requests', 'seconds'),
  requests_in_progress: (figures, _, value) => figures.add(value, 'requests', 'in progress'),
  agent_executions_total: (figures, { agent, status }, value) => {
    figures.name('agent', agent!);
    figures.add(value, 'agent', agent!, status!);
  },
  agent_execution_duration_seconds_sum: perAgent('seconds'),
  agent_execution_duration_seconds_count: perAgent('timed'),
  agent_executions_in_progress: perAgent('in progress'),
  agent_errors_total: perAgent('typed errors'),
  agent_retries_total: perAgent('retries'),
  tool_executions_total: (figures, labels, value) => {
    for (const words of toolsOf(labels)) {
      figures.name(...words);
      figures.add(value, ...words, labels['status']!);
    }
  },
  tool_execution_duration_seconds_sum: perTool('seconds'),
  tool_execution_duration_seconds_count: perTool('timed'),
  tool_executions_in_progress: perTool('in progress'),
  tool_errors_total: perTool('typed errors'),
  tool_retries_total: perTool('retries'),
  tool_input_bytes_total: perTool('input bytes'),
  tool_output_bytes_total: perTool('output bytes'),
  model_calls_total: (figures, labels, value) => {
    figures.name('model', labels['model']!);
    figures.add(value, 'model', labels['model']!, labels['status']!);
    for (const words of tokenOwners(labels)) figures.add(value, ...words, 'calls');
  },
  model_call_duration_seconds_sum: (figures, { model }, value) => figures.add(value, 'model', model!, 'seconds'),
  model_calls_in_progress: perModel('in progress'),
  model_retries_total: perModel('retries'),
  model_calls_without_usage_total: perModel('without usage'),
  model_errors_total: (figures, { model, error_type }, value) =>
    figures.add(value, 'model', model!, 'errors', error_type!),
  model_tokens_total: (figures, labels, value) => {
    for (const words of tokenOwners(labels)) {
      figures.add(value, ...words, 'tokens');
      for (const sum of TOKEN_SUMS[labels['type']!]!) figures.add(value, ...words, sum);
    }
  },
  model_cost_usd_total: (figures, labels, value) => {
    for (const words of tokenOwners(labels)) figures.add(value, ...words, 'cost');
  },
  model_unpriced_calls_total: (figures, { model }, value) => {
    figures.add(value, 'model', model!, 'unpriced');
    figures.add(value, 'system', 'unpriced');
  },
  cache_hits_total: perCache('hits'),
  cache_misses_total: perCache('misses'),
};

/** The JSON's counts that a type of token is a part of: the types partition them. */
const TOKEN_SUMS: Readonly<Record<string, readonly string[]>> = {
  input: ['input tokens'],
  cached_input: ['input tokens', 'cached tokens'],
  cache_write: ['input tokens', 'written tokens'],
  output: ['output tokens'],
  reasoning: ['output tokens', 'reasoning tokens'],
};

function figuresOfSamples(samples: ExpositionSamples): Record<string, number> {
  const figures = new Figures();
  for (const [family, read] of Object.entries(READERS)) {
    for (const { labels, value } of samples.all(`crew_${family}`)) read(figures, labels, value);
  }
  return figures.toRecord();
}

function perAgent(word: string): Read {
  return (figures, { agent }, value) => figures.add(value, 'agent', agent!, word);
}

function perTool(word: string): Read {
  return (figures, labels, value) => {
    for (const words of toolsOf(labels)) figures.add(value, ...words, word);
  };
}

function perModel(word: string): Read {
  return (figures, { model }, value) => figures.add(value, 'model', model!, word);
}

function perCache(word: string): Read {
  return (figures, { cache }, value) => {
    figures.add(value, 'caches', word);
    if (cache === undefined) return;
    figures.name('cache', cache);
    figures.add(value, 'cache', cache, word);
  };
}

/** A tool counts for itself, and where an agent called it for that agent, too. */
function toolsOf({ agent, tool }: Labels): string[][] {
  const overall = ['tool', tool!];
  return agent === '' ? [overall] : [overall, ['agent', agent!, ...overall]];
}

function tokenOwners({ agent, model }: Labels): string[][] {
  const owners = [['system'], ['model', model!]];
  return agent === '' ? owners : [...owners, ['agent', agent!]];
}
