const KEY = 'agent-metrics-theme';
const THEMES = ['auto', 'light', 'dark'];

/** `auto` follows the system until the user chooses `light` or `dark`. */
export function currentTheme() {
  const theme = localStorage.getItem(KEY) ?? 'auto';
  return THEMES.includes(theme) ? theme : 'auto';
}

export function switchTheme() {
  const next = THEMES[(THEMES.indexOf(currentTheme()) + 1) % THEMES.length];
  localStorage.setItem(KEY, next ?? 'auto');
  applyTheme();
}

export function applyTheme() {
  document.documentElement.dataset.theme = currentTheme();
}
