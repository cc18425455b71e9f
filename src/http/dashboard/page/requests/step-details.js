import { html, nothing } from '../libraries/lit-html.js';
import { hashOf } from '../data/view-state.js';
import { formatBytes, formatCost, formatCount, formatSeconds } from '../parts/format.js';
import { nameText } from '../parts/names.js';
import { ownMs } from './own-time.js';
import { fact, traceText } from './request-facts.js';

/** @import { Execution, TokenUsage } from '../data/documents' */
/** @import { ViewState } from '../data/view-state.js' */
/** @import { Step } from './request-tree.js' */

/** The known facts of a step, without empty ones. @param {Step} step @param {ViewState} view */
export function stepDetails(step, view) {
  const { execution, kind, name, startMs, children } = step;
  const isOver = 'status' in execution;
  return html`<div class="step-details">
    ${isOver && step.hasFailed ? errorText(execution) : nothing}
    <dl class="facts">
      ${fact(kind[0]?.toUpperCase() + kind.slice(1), html`<a href=${hashOf(view, { selected: { kind, name } })}>${nameText(name)}</a>`)}
      ${kind === 'agent' || execution.agent_id === null ? nothing : fact('Called by', html`<a href=${hashOf(view, { selected: { kind: 'agent', name: execution.agent_id } })}>${nameText(execution.agent_id)}</a>`)}
      ${fact('Began', `${formatSeconds(Math.abs(startMs) / 1_000)} ${startMs < 0 ? 'before' : 'into'} the request`)}
      ${isOver ? fact('Took', formatSeconds(execution.duration_seconds)) : fact('Running for', formatSeconds(execution.age_seconds))}
      ${children.length > 0 ? fact('Own time', formatSeconds(ownMs(step) / 1_000)) : nothing}
      ${isOver ? measures(execution) : nothing} ${isOver ? usage(execution.token_usage, execution) : nothing}
      ${isOver && execution.trace_id !== null ? fact('Trace', traceText(execution.trace_id)) : nothing}
    </dl>
  </div>`;
}

/** @param {Execution} execution */
function errorText({ status, error_type, error }) {
  return html`<div class="step-error">
    <bdi class="step-error-type">${error_type ?? status}</bdi>
    ${
      error === null
        ? html`<p class="note">The option <code>recordErrorMessages</code> keeps its message.</p>`
        : html`<pre class="step-message"><bdi>${error}</bdi></pre>`
    }
  </div>`;
}

/** @param {Execution} execution */
function measures(execution) {
  const { provider, http_status, retries, chunks, time_to_first_chunk_seconds: first, paused_seconds } = execution;
  const { input_bytes, output_bytes, tool_calls, model_calls, repeated_calls } = execution;
  return [
    provider === null ? nothing : fact('Provider', html`<bdi>${provider}</bdi>`),
    http_status === null ? nothing : fact('HTTP status', http_status),
    counted('Retries', retries),
    counted('Chunks', chunks),
    first === null ? nothing : fact(execution.kind === 'model' ? 'First token' : 'First chunk', formatSeconds(first)),
    paused_seconds > 0 ? fact('Waited on a human', formatSeconds(paused_seconds)) : nothing,
    input_bytes > 0 ? fact('Input', formatBytes(input_bytes)) : nothing,
    output_bytes > 0 ? fact('Output', formatBytes(output_bytes)) : nothing,
    counted('Tool calls', tool_calls),
    counted('Model calls', model_calls),
    counted('Repeated calls', repeated_calls),
  ];
}

/** @param {string} label @param {number | null} count */
function counted(label, count) {
  return count === null || count === 0 ? nothing : fact(label, formatCount(count));
}

/** @param {TokenUsage | null} tokens @param {Execution} execution */
function usage(tokens, { kind, cost_usd, cost_source }) {
  if (tokens === null)
    return kind === 'model' ? fact('Tokens', html`– <span class="note">not reported</span>`) : nothing;
  return [
    fact('Input tokens', formatCount(tokens.input_tokens)),
    counted('of them cached', tokens.cached_input_tokens),
    counted('written to the cache', tokens.cache_write_tokens),
    fact('Output tokens', formatCount(tokens.output_tokens)),
    counted('of them reasoning', tokens.reasoning_tokens),
    cost_usd === null
      ? fact('Cost', html`– <span class="note">not priced</span>`)
      : fact('Cost', html`${formatCost(cost_usd)} <span class="note">${cost_source}</span>`),
  ];
}
