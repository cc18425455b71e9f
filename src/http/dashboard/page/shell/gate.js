import { html } from '../libraries/lit-html.js';

/** Asks for the token. @param {boolean} wasRefused whether one was given already @param {(token: string) => void} onToken */
export function tokenForm(wasRefused, onToken) {
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const token = String(new FormData(form).get('token') ?? '').trim();
    if (token !== '') onToken(token);
  };
  return html`<form class="gate" id="token-form" @submit=${submit}>
    <h2>These metrics are protected</h2>
    <p>Enter the <code>bearerToken</code>. It is kept for this tab only.</p>
    <label for="token">Token</label>
    <div class="row">
      <input
        id="token"
        name="token"
        type="password"
        autocomplete="off"
        spellcheck="false"
        required
        autofocus
        aria-describedby="token-error"
      />
      <button type="submit">Open</button>
    </div>
    <p class="token-error" id="token-error" role="alert">${wasRefused ? 'Wrong token.' : ''}</p>
  </form>`;
}

/** Line by line: indentation is not sent. */
const FIRST_STEPS = [
  "import { TrackAgent, TrackTool } from 'nestjs-agent-metrics';",
  '',
  '@Injectable()',
  'export class ResearcherAgent {',
  '  constructor(private readonly search: SearchTool) {}',
  '',
  "  @TrackAgent('researcher')",
  '  async run(question: string) {',
  '    return this.search.query(question);',
  '  }',
  '}',
  '',
  '@Injectable()',
  'export class SearchTool {',
  "  @TrackTool('search')",
  '  async query(text: string) { /* ... */ }',
  '}',
].join('\n');

/** The sources of each panel. @type {readonly (readonly [panels: string, calls: readonly string[]])[]} */
const SOURCES = [
  ['Agents, requests', ['@TrackAgent', 'trackedAgent', 'ExecutionTracker.trackAgent']],
  ['Tools', ['@TrackTool', 'trackedTool', 'ExecutionTracker.trackTool']],
  ['Models, tokens', ['ExecutionTracker.trackModel', 'MetricsCollector.recordModelCall']],
  ['Cost', ['pricing', 'costUsd']],
  ['Caches', ['MetricsCollector.recordCacheHit', 'recordCacheMiss']],
  ['Tenants', ['breakdown']],
];

/** Shown while an application has nothing to show. */
export function firstSteps() {
  return html`<section class="gate" id="first-steps">
    <h2>Nothing is tracked yet</h2>
    <p>The page is connected, and this application has no agent or tool so far. Decorate one:</p>
    <pre tabindex="0"><code>${FIRST_STEPS}</code></pre>
    <p>It appears here with its first call. What fills each panel:</p>
    <dl class="sources">
      ${SOURCES.map(
        ([panels, calls]) =>
          html`<dt>${panels}</dt>
            <dd>${calls.map((call, at) => html`${at > 0 ? ', ' : ''}<code>${call}</code>`)}</dd>`,
      )}
    </dl>
  </section>`;
}
