/**
 * The paths of the routes below the endpoint, by their names; `:id` as a segment is a parameter. Of two that match, the
 * first answers.
 */
export const METRICS_PATHS = {
  metrics: '',
  history: 'history',
  trends: 'trends',
  running: 'running',
  requests: 'requests',
  request: 'requests/:id',
  fleet: 'fleet',
} as const;

export type RouteName = keyof typeof METRICS_PATHS;
