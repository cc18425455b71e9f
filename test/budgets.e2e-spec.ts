import { lastValueFrom, Observable } from 'rxjs';
import {
  BudgetExceededError,
  trackedAgent,
  trackedModel,
  type BudgetStore,
  type MetricsRootOptions,
} from '../src';
import { CollectionApp } from './support/collection-app';
import { Gate } from './support/gate';

let app: CollectionApp;

/** Ten cents a token. */
const pricing = { gpt: { inputPerMillion: 100_000, outputPerMillion: 0 } };

const start = async (budgets: MetricsRootOptions['budgets'], options: MetricsRootOptions = {}) => {
  app = await CollectionApp.start({ budgets, pricing, ...options });
};

const ask = trackedModel(
  { model: 'gpt', usage: (tokens: number) => ({ inputTokens: tokens, outputTokens: 0 }) },
  async (tokens: number) => tokens,
);

async function outcomesOf(calls: (() => unknown)[]): Promise<string[]> {
  const outcomes: string[] = [];
  for (const call of calls) {
    try {
      await call();
      outcomes.push('made');
    } catch (error) {
      outcomes.push(error instanceof BudgetExceededError ? error.budget : String(error));
    }
  }
  return outcomes;
}

const times = <Item>(count: number, make: (index: number) => Item) => Array.from({ length: count }, (_, i) => make(i));

const spent = () => app.metrics.getBudgets().map(({ name, subject, spentUsd, spentTokens }) => [name, subject, spentUsd, spentTokens]);

describe('A budget', () => {
  it('refuses model calls once it is spent, to the cent, until its window is over', async () => {
    await start([{ name: 'day', by: 'application', costUsd: 0.3, window: '1d' }]);
    expect(await outcomesOf(times(5, () => () => ask(1)))).toEqual(['made', 'made', 'made', 'day', 'day']);
    expect(spent()).toEqual([['day', undefined, 0.3, undefined]]);
    app.clock.advance(24 * 3_600_000);
    expect(await outcomesOf([() => ask(1)])).toEqual(['made']);
  });
});
