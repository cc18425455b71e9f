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
    <p>Enter the token that stands in the option <code>bearerToken</code>. It is kept for this tab only.</p>
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
    <p class="token-error" id="token-error" role="alert">${wasRefused ? 'The server does not know this token.' : ''}</p>
  </form>`;
}

const FIRST_STEPS = `@Injectable()
export class ResearcherAgent {
  constructor(private readonly search: SearchTool) {}

  @TrackAgent('researcher')
  async run(question: string) {
    return this.search.query(question);
  }
}

@Injectable()
export class SearchTool {
  @TrackTool('search')
  async query(text: string) { /* ... */ }
}`;

/** An application that has nothing to show yet. */
export function firstSteps() {
  return html`<section class="gate" id="first-steps">
    <h2>Nothing is tracked yet</h2>
    <p>The page is connected, and this application has no agent or tool so far. Decorate one:</p>
    <pre><code>${FIRST_STEPS}</code></pre>
    <p>
      It appears here as soon as the application has started with it. Plain functions are tracked by
      <code>trackedAgent</code> and <code>trackedTool</code>.
    </p>
  </section>`;
}
