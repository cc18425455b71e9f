import { FleetFeed } from '../data/fleet-feed.js';
import { MetricsApi } from '../data/metrics-api.js';
import { Poller } from '../data/poller.js';
import { hashOf, parseView } from '../data/view-state.js';
import { render } from '../libraries/lit-html.js';
import { narrow, page } from './page.js';
import { searchedFor } from './search.js';
import { applyTheme, currentTheme, switchTheme } from './theme.js';

/** @import { ViewState } from '../data/view-state.js' */

/** Choices after which the server is asked at once. @type {readonly (keyof ViewState)[]} */
const PROCESS_CHOICES = ['window', 'span', 'selected', 'list', 'ran', 'called', 'error', 'min', 'request'];
/** @type {readonly (keyof ViewState)[]} */
const FLEET_CHOICES = ['scope', 'range', 'instance'];

const api = new MetricsApi(location.href);
const poller = new Poller(api, () => view, update);
// The page's markup tells it, so that the page need not try.
const hasFleet = document.documentElement.hasAttribute('data-fleet');
const fleet = hasFleet ? new FleetFeed(api, () => (view.scope === 'fleet' ? view : undefined), update) : undefined;
const root = /** @type {HTMLElement} */ (document.getElementById('page'));
// On a phone failed requests come first, unless the address holds a choice.
let view = parseView(location.hash === '' && narrow.matches ? '#list=failed' : location.hash);
/** The element that gets the focus when the details are closed. @type {Element | null} */
let opener = null;
let isDue = false;

/** @type {import('./page.js').PageActions} */
const actions = {
  update,
  theme: currentTheme,
  switchTheme: () => {
    switchTheme();
    update();
  },
  filter: (filter) => {
    // A letter adds no entry to the browser's history.
    history.replaceState(null, '', hashOf(view, { filter }));
    changeView();
  },
  search: (text) => {
    const change = searchedFor(text, poller.snapshot);
    if (change !== undefined) location.hash = hashOf(view, change);
  },
  go: (change, id) => {
    location.hash = hashOf(view, change);
    if (id !== undefined) leadTo(id);
  },
  togglePause: () => {
    poller.pause(poller.state !== 'paused');
    fleet?.pause(poller.isPaused);
  },
  enterToken: (token) => {
    api.token = token;
    void poller.ask();
    void fleet?.ask();
  },
};

/** Draws the page with the next frame, however often it is asked to. */
function update() {
  if (isDue) return;
  isDue = true;
  // A hidden page draws no frames.
  requestAnimationFrame(() => {
    isDue = false;
    draw();
  });
}

function draw() {
  render(page({ poller, view, hasToken: api.hasToken, fleet }, actions), root);
}

function changeView() {
  const last = view;
  view = parseView(location.hash);
  if (view.selected !== undefined && last.selected === undefined) opener = document.activeElement;
  if (asks(view, last, PROCESS_CHOICES)) void poller.ask();
  if (asks(view, last, FLEET_CHOICES)) void fleet?.ask();
  draw();
  if (asks(view, last, ['selected'])) moveFocus();
}

/** Whether one of these choices has changed. @param {ViewState} view @param {ViewState} last @param {readonly (keyof ViewState)[]} choices */
function asks(view, last, choices) {
  return choices.some((choice) => JSON.stringify(view[choice]) !== JSON.stringify(last[choice]));
}

/** Moves the focus to the details when they open, and back when they close. */
function moveFocus() {
  const title = document.getElementById('details-title');
  if (title !== null) title.focus();
  else if (opener instanceof HTMLElement || opener instanceof SVGElement) opener.focus();
}

/** Leads to a part of the page, which is drawn with the next frames. @param {string} id */
function leadTo(id) {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const part = document.getElementById(id);
      if (part === null) return;
      if (part.popover !== null) part.showPopover();
      part.scrollIntoView({ block: 'start' });
      const title = document.getElementById(`${id}-title`) ?? part;
      title.tabIndex = -1;
      title.focus({ preventScroll: true });
    }),
  );
}

/** A link may name the part of the page that it leads to. @param {MouseEvent} event */
function onClick({ target, defaultPrevented, ctrlKey, metaKey, shiftKey }) {
  const link = target instanceof Element ? target.closest('a[data-goes-to]') : null;
  if (link instanceof HTMLElement && !defaultPrevented && !ctrlKey && !metaKey && !shiftKey)
    leadTo(link.dataset.goesTo ?? '');
}

/** Closes the details, else the open request. @param {boolean} isTyping */
function close(isTyping) {
  if (view.selected !== undefined) location.hash = hashOf(view, { selected: undefined });
  else if (view.request !== '' && !isTyping) location.hash = hashOf(view, { request: '', step: '' });
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  // The browser closes an open popover, and nothing else closes with it.
  const isCovered = document.querySelector(':popover-open') !== null;
  if (event.key === 'Escape' && !isCovered) close(isTyping);
  if (isTyping || event.ctrlKey || event.metaKey) return;
  if (event.key === '?') document.getElementById('help')?.togglePopover();
  if (event.key !== '/') return;
  event.preventDefault();
  document.getElementById('filter')?.focus();
}

applyTheme();
addEventListener('hashchange', changeView);
addEventListener('keydown', onKey);
addEventListener('click', onClick);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', update);
narrow.addEventListener('change', update);
draw();
void poller.ask();
void fleet?.ask();
