/** The formats of `exportMetrics` and of `GET /metrics?format=`. */
export const EXPORT_FORMATS = ['json', 'prometheus', 'openmetrics'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
