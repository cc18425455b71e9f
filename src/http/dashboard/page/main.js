import './views/time-plot.js';
import { MetricsApi } from './data/metrics-api.js';
import { Poller } from './data/poller.js';
import { render } from './libraries/lit-html.js';
import { applyTheme, currentTheme, switchTheme } from './theme.js';
import { hashOf, parseView } from './view-state.js';
import { page } from './views/page.js';

const api = new MetricsApi(location.href);
const poller = new Poller(api, () => view.window, update);
const root = /** @type {HTMLElement} */ (document.getElementById('page'));
let view = parseView(location.hash);
/** Where to go back to when the details are closed. @type {Element | null} */
let opener = null;
let isDue = false;

/** @type {import('./views/page.js').PageActions} */
const actions = {
  update,
  theme: currentTheme,
  switchTheme: () => {
    switchTheme();
    update();
  },
  filter: (filter) => {
    // No step back for each letter.
    history.replaceState(null, '', hashOf(view, { filter }));
    changeView();
  },
  togglePause: () => poller.pause(poller.state !== 'paused'),
  enterToken: (token) => {
    api.token = token;
    void poller.pollNow();
  },
};

/** Draws the page with the next frame, however often it is asked to. */
function update() {
  if (isDue) return;
  isDue = true;
  // A hidden page draws no frames, and nobody sees it.
  requestAnimationFrame(() => {
    isDue = false;
    draw();
  });
}

function draw() {
  render(page({ poller, view, failures: poller.failures.executions, hasToken: api.hasToken }, actions), root);
}

function changeView() {
  const last = view;
  view = parseView(location.hash);
  poller.failures.select(view.selected);
  if (view.selected !== undefined && last.selected === undefined) opener = document.activeElement;
  const isOther = hashOf({ ...last, window: view.window }) !== hashOf(view) && view.selected !== undefined;
  if (view.window !== last.window || isOther) void poller.pollNow();
  draw();
  if (JSON.stringify(view.selected) !== JSON.stringify(last.selected)) moveFocus();
}

/** To the details as they open, back to where it was as they close. */
function moveFocus() {
  const title = document.getElementById('details-title');
  if (title !== null) title.focus();
  else if (opener instanceof HTMLElement || opener instanceof SVGElement) opener.focus();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (event.key === 'Escape' && view.selected !== undefined) location.hash = hashOf(view, { selected: undefined });
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  document.getElementById('filter')?.focus();
}

applyTheme();
poller.failures.select(view.selected);
addEventListener('hashchange', changeView);
addEventListener('keydown', onKey);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', update);
draw();
void poller.pollNow();
