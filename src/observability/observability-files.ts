import { renderDashboard } from './dashboard/agent-dashboard';
import { renderRules } from './rules/agent-rules';
import type { ObservabilitySettings } from './settings';

/** The files that follow the settings, by their names in the folder `observability`. */
export function observabilityFiles(settings: ObservabilitySettings): Readonly<Record<string, string>> {
  return {
    'agent-rules.yml': renderRules(settings),
    'agent-dashboard.json': renderDashboard(settings),
  };
}
