import { answerHistory, answerMetrics, answerRunning, answerTrends } from './collector.answers';
import { answerRequest, answerRequests } from './requests.answers';
import { defineRoute, type MetricsRoute } from './metrics-route';
import { historyQuery, metricsQuery, noQuery, requestsQuery, trendsQuery } from './request-query';

/** The routes of the endpoint, here and nowhere else. Of two that match, the first answers. */
export const METRICS_ROUTES: readonly MetricsRoute[] = [
  defineRoute({ name: 'metrics', path: '', query: metricsQuery, answer: answerMetrics }),
  defineRoute({ name: 'history', path: 'history', query: historyQuery, answer: answerHistory }),
  defineRoute({ name: 'trends', path: 'trends', query: trendsQuery, answer: answerTrends }),
  defineRoute({ name: 'running', path: 'running', query: noQuery, answer: answerRunning }),
  defineRoute({ name: 'requests', path: 'requests', query: requestsQuery, answer: answerRequests }),
  defineRoute({ name: 'request', path: 'requests/:id', query: noQuery, answer: answerRequest }),
];
