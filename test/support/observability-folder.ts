import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Dashboard } from '../../src/observability/dashboard/agent-dashboard';
import type { PanelJson } from '../../src/observability/dashboard/panel';

export const OBSERVABILITY = join(__dirname, '../../observability');

export function readObservability(name: string): string {
  return readFileSync(join(OBSERVABILITY, name), 'utf8');
}

export interface PrometheusConfig {
  readonly global: object;
  readonly alerting: object;
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly { readonly job_name: string }[];
}

interface PrometheusAddresses {
  readonly target: string;
  readonly alertmanager?: string;
}

/** `observability/prometheus.yml` for these addresses, and in more of a hurry. */
export function prometheusConfig({ target, alertmanager }: PrometheusAddresses): PrometheusConfig {
  const config = parse(readObservability('prometheus.yml')) as PrometheusConfig;
  const targets = (url: string) => ({ static_configs: [{ targets: [new URL(url).host] }] });
  return {
    ...config,
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    scrape_configs: config.scrape_configs.map((job) => ({ ...job, ...targets(target) })),
    alerting: { alertmanagers: alertmanager === undefined ? [] : [targets(alertmanager)] },
  };
}

/** `observability/alertmanager.yml` for this webhook, and in more of a hurry. */
export function alertmanagerConfig(webhook: string): object {
  const config = parse(readObservability('alertmanager.yml')) as {
    route: object;
    receivers: { name: string; webhook_configs: object[] }[];
  };
  return {
    ...config,
    route: { ...config.route, group_wait: '1s', group_interval: '1s' },
    receivers: config.receivers.map(({ name, webhook_configs: [settings] }) => ({
      name,
      webhook_configs: [{ ...settings, url: webhook }],
    })),
  };
}

/** A query of the dashboard as Grafana would send it with everything selected. */
export function asSent(query: string): string {
  return query
    .replaceAll(/\$(?:job|instance|agent|tool|model)\b/g, '.*')
    .replaceAll('$top', '10')
    .replaceAll('$__rate_interval', '10s')
    .replaceAll('$__range', '1m');
}

/** Rows and panels in their order, as if no row were folded. */
export function withFolded({ panels }: Dashboard): Dashboard['panels'] {
  return panels.flatMap((panel) => (panel.type === 'row' ? [panel, ...panel.panels] : [panel]));
}

/** The panels of a dashboard, also those of folded rows. */
export function panelsOf(dashboard: Dashboard): PanelJson[] {
  return withFolded(dashboard).filter((panel): panel is PanelJson => panel.type !== 'row');
}
