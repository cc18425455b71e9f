export type { KeyLimiter } from './key-limiter';
export { rateLimiterBudgetStore, type RateLimiterBudgetStoreOptions } from './rate-limiter.budget-store';
