import type { DashboardOptions } from '../fleet/dashboard-options';

/** Settings in the page's own markup, so that the page need not request them. */
export interface PageSettings {
  /** Whether the page may ask about other instances. */
  readonly hasFleet: boolean;
  /** The address of a trace, with `{traceId}` in it. */
  readonly traceUrl: string | undefined;
}

export function pageSettingsOf(dashboard: boolean | DashboardOptions): PageSettings {
  const { prometheusUrl, traceUrl } = typeof dashboard === 'object' ? dashboard : {};
  return { hasFleet: prometheusUrl !== undefined, traceUrl };
}

/** The settings as attributes of the page's `html` element. */
export function attributesOf({ hasFleet, traceUrl }: PageSettings): string {
  const fleet = hasFleet ? ' data-fleet' : '';
  return traceUrl === undefined ? fleet : `${fleet} data-trace-url="${escapeAttribute(traceUrl)}"`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
