// What the door of this folder opens.
export { LongAnswers } from './long-answers';
export { MachineAnswers } from './machine-answers';
export { respond } from './metrics-response';
export { findRoute } from './metrics-route';
export { answerPart, METRICS_ROUTES, routeNamed } from './metrics-routes';
export { readParameters } from './request-query';
export { SharedTexts } from './shared-texts';
