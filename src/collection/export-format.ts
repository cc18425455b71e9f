/** The formats of `exportMetrics` and of `GET /metrics?format=`. */
export const EXPORT_FORMATS = ['json', 'prometheus', 'openmetrics'] as const;

/** A format of `exportMetrics`: the JSON document, Prometheus text 0.0.4, or OpenMetrics 1.0.0. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
