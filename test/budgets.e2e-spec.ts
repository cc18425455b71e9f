import { MetricsCollector, MetricsModule, type Budget, type MetricsModuleOptions } from '../src';
import { ManualClock, MetricsTestingModule, parseExposition } from '../src/testing';
import { compile, OpenApplications, withMetrics } from './support/applications';

const applications = new OpenApplications();
afterEach(() => applications.closeAll());

const BUDGET: Budget = { name: 'everything', by: 'application', costUsd: 2, window: '1h' };

async function start(options: MetricsModuleOptions) {
  const clock = new ManualClock();
  const imports = [MetricsTestingModule.forRoot({ clock, ...options })];
  const application = applications.add(await (await compile({ imports })).init());
  return { clock, metrics: application.get(MetricsCollector), application };
}

function record(metrics: MetricsCollector, costUsd: number, agentId?: string): void {
  metrics.recordModelCall({ model: 'm', costUsd, inputTokens: 10, ...(agentId !== undefined && { agentId }) });
}

async function samplesOf(metrics: MetricsCollector, family: string): Promise<unknown[]> {
  const { families } = parseExposition(await metrics.exportMetrics('prometheus'));
  const samples = families.get(family)?.samples ?? [];
  return samples.map(({ labels, value }) => [labels, value]);
}

describe('Budgets', () => {
  it('are read in TypeScript, JSON and Prometheus text, which keeps subjects out', async () => {
    const budgets: Budget[] = [BUDGET, { name: 'agents', by: 'agent', tokens: 100, window: '1d' }];
    const { metrics } = await start({ budgets });
    record(metrics, 0.1, 'researcher');
    record(metrics, 0.2, 'researcher');

    const everything = {
      name: 'everything',
      by: 'application',
      subject: undefined,
      window: '1h',
      spentUsd: 0.3,
      limitUsd: 2,
      spentTokens: undefined,
      limitTokens: undefined,
      spentRatio: 0.15,
      resetsAt: new Date('2025-01-01T01:00:00.000Z'),
    };
    const researcher = { name: 'agents', subject: 'researcher', spentTokens: 20, limitTokens: 100, spentRatio: 0.2 };
    expect(metrics.getBudgets()).toEqual([everything, expect.objectContaining(researcher)]);
    const document = JSON.parse(await metrics.exportMetrics('json')) as { budgets: unknown };
    expect(document.budgets).toMatchObject([
      { name: 'everything', subject: null, spent_usd: 0.3, limit_usd: 2, resets_at: '2025-01-01T01:00:00.000Z' },
      { name: 'agents', subject: 'researcher', spent_usd: null, spent_tokens: 20 },
    ]);
    expect(await samplesOf(metrics, 'crew_budget_spent_ratio')).toEqual([[{ budget: 'everything' }, 0.15]]);
    expect(await samplesOf(metrics, 'crew_budget_exceeded_total')).toEqual([
      [{ budget: 'everything' }, 0],
      [{ budget: 'agents' }, 0],
    ]);
    expect(await samplesOf(metrics, 'crew_budget_store_faults_total')).toHaveLength(2);
  });

  it('begin anew with their window, and not with a reset', async () => {
    const { clock, metrics } = await start({ budgets: [BUDGET] });
    record(metrics, 0.5);
    metrics.reset();
    expect(metrics.getBudgets()).toMatchObject([{ spentUsd: 0.5 }]);
    clock.advance(3_600_000);
    expect(metrics.getBudgets()).toMatchObject([{ spentUsd: 0, resetsAt: new Date('2025-01-01T02:00:00.000Z') }]);
  });

  it('are read when the application has closed', async () => {
    const { metrics, application } = await start({ budgets: [BUDGET] });
    record(metrics, 0.5);
    await application.close();
    expect(metrics.getBudgets()).toMatchObject([{ spentUsd: 0.5 }]);
  });

  it('tell their store the last figures and close it with the application', async () => {
    const told: unknown[] = [];
    const budgetStore = {
      exchange: async ({ key }: { key: string }, own: object) => {
        told.push([key, own]);
        return { spent: 1_000_000, held: 0 };
      },
      close: () => void told.push('closed'),
    };
    const { metrics, application } = await start({ budgets: [BUDGET], budgetStore });
    record(metrics, 0.5);
    await application.close();
    expect(told).toEqual([['everything:costUsd:1h:482136:', { spent: 500_000, held: 0 }], 'closed']);
    expect(metrics.getBudgets()).toMatchObject([{ spentUsd: 1.5 }]);
  });
});

describe('The options budgets and budgetStore', () => {
  const open = (options: unknown) => () => MetricsModule.forRoot(options as MetricsModuleOptions);
  const budget = (change: object) => ({ budgets: [{ ...BUDGET, ...change }] });

  it.each([
    [{ budgets: {} }, '"budgets" is {}; it must be a list of budgets.'],
    [budget({ name: '' }), '"budgets.0.name" is \'\'; it must be a non-empty string that no other budget has.'],
    [{ budgets: [BUDGET, BUDGET] }, '"budgets.1.name" is \'everything\'; it must be a non-empty string that no'],
    [budget({ by: 'tenant' }), "\"budgets.0.by\" is 'tenant'; it must be 'application', 'agent' or 'breakdown'."],
    [
      budget({ by: 'breakdown' }),
      "\"budgets.0.by\" is 'breakdown'; it must be 'application' or 'agent' unless the option",
    ],
    [budget({ window: '2h' }), '"budgets.0.window" is \'2h\'; it must be one of 1m, 1h, 1d, 30d.'],
    [budget({ costUsd: -1 }), '"budgets.0.costUsd" is -1; it must be US dollars from 0, or a function of the subject.'],
    [budget({ tokens: '9' }), '"budgets.0.tokens" is \'9\'; it must be tokens from 0, or a function of the subject.'],
    [budget({ costUsd: undefined }), 'must be an object with costUsd, tokens or both.'],
    [budget({ onExceeded: 'log' }), "\"budgets.0.onExceeded\" is 'log'; it must be 'stop' or 'report'."],
    [budget({ reserve: 1 }), '"budgets.0.reserve" is 1; it must be an object of costUsd and tokens.'],
    [budget({ reserve: { costUsd: NaN } }), '"budgets.0.reserve.costUsd" is NaN; it must be US dollars from 0.'],
    [
      budget({ limit: 1 }),
      'there is no option "budgets.0.limit"; allowed is an object of name, by, costUsd, tokens, window,',
    ],
    [{ budgetStore: {} }, '"budgetStore" is {}; it must be a budget store: an object with a method exchange'],
    [
      { budgetStore: { exchange: () => {}, storeTimeoutMs: 0 } },
      'must be a budget store: an object with a method exchange',
    ],
  ])('are checked: %j', (options, message) => {
    expect(open(options)).toThrow(message);
  });

  it('are taken as they are', async () => {
    const budgets: Budget[] = [
      { ...BUDGET, costUsd: () => 5, tokens: 7, onExceeded: 'report', reserve: { tokens: 1 } },
    ];
    const application = applications.add(await compile(withMetrics({}, { budgets })));
    expect(application.get(MetricsCollector).getBudgets()).toMatchObject([{ limitUsd: 5, limitTokens: 7 }]);
  });
});
