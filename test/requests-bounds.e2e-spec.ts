import * as fc from 'fast-check';
import type { ExecutionNode, MetricsRootOptions } from '../src';
import { CollectionApp } from './support/collection-app';
import { collectGarbageUntil } from './support/garbage-collector';

/** All executions of a tree, its root not included. */
function flat(nodes: readonly ExecutionNode[]): ExecutionNode[] {
  return nodes.flatMap((node) => [node, ...flat(node.children)]);
}

/** How many executions can be read of all requests that are kept. */
function readable({ metrics }: CollectionApp): number {
  const views = ['recent', 'slowest', 'failed', 'running'] as const;
  const ids = new Set(views.flatMap((view) => metrics.getRequests({ view }).map(({ id }) => id)));
  return [...ids].reduce((sum, id) => sum + 1 + flat(metrics.getRequest(id)!.executions).length, 0);
}

const start = (options: MetricsRootOptions = {}) => CollectionApp.start({ historySize: 0, ...options });

describe('One request of many executions', () => {
  it('is whole with 500, itself included', async () => {
    const { metrics, tracker } = await start();
    tracker.trackAgent('planner', () => {
      for (let i = 0; i < 499; i += 1) tracker.trackTool('search', () => i);
    });
    const [request] = metrics.getRequests();
    expect(request).toMatchObject({ steps: 499, truncated: false });
    expect(metrics.getRequest(request!.id)!.executions).toHaveLength(499);
  });

  it.each([500, 998, 999, 5_000])('keeps the longest and the failed of %i steps', async (steps) => {
    const { metrics, tracker, clock } = await start();
    const isFailed = (i: number) => i % 400 === 7;
    tracker.trackAgent('planner', () => {
      for (let i = 0; i < steps; i += 1) {
        const work = (): void => {
          clock.advance(isFailed(i) ? 0 : 1 + ((i * 7_919) % steps));
          if (isFailed(i)) throw new Error('no');
        };
        try {
          tracker.trackTool(`tool ${i}`, work);
        } catch {
          // The agent survives it.
        }
      }
    });

    const all = Array.from({ length: steps }, (_, i) => i);
    const failed = all.filter(isFailed);
    const longest = all
      .filter((i) => !isFailed(i))
      .sort((a, b) => ((b * 7_919) % steps) - ((a * 7_919) % steps))
      .slice(0, 499 - failed.length);
    const [request] = metrics.getRequests();
    expect(request).toMatchObject({ steps, failedSteps: failed.length, truncated: true });
    expect(request!.slowestStep).toMatchObject({ name: `tool ${longest[0]}`, durationSeconds: steps / 1_000 });
    expect(metrics.getRequest(request!.id)!.executions.map(({ toolName }) => toolName)).toEqual(
      [...failed, ...longest].sort((a, b) => a - b).map((i) => `tool ${i}`),
    );
  });

  it.each([0, 1_000, 2_000])('keeps its longest step among 2,000 that fail, after %i of them', async (before) => {
    const { metrics, tracker, clock } = await start();
    const fail = (times: number) => {
      for (let i = 0; i < times; i += 1) metrics.recordToolExecution({ toolName: 'x', durationMs: 1, status: 'error' });
    };
    tracker.trackAgent('planner', () => {
      fail(before);
      tracker.trackTool('longest', () => clock.advance(50));
      fail(2_000 - before);
    });
    const [request] = metrics.getRequests();
    expect(request).toMatchObject({ steps: 2_001, failedSteps: 2_000 });
    expect(request!.slowestStep).toEqual({ kind: 'tool', name: 'longest', durationSeconds: 0.05 });
    const names = metrics.getRequest(request!.id)!.executions.map(({ toolName }) => toolName);
    expect(names).toHaveLength(499);
    expect(names).toContain('longest');
  });

  const step = fc.record({
    durationMs: fc.nat({ max: 20 }),
    status: fc.constantFrom('success', 'success', 'success', 'error', 'cancelled'),
  });

  it('keeps the slowest, then those that failed, then the longest, and of equals the first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 500, maxLength: 998, size: 'max' }), async (steps) => {
        const { metrics, tracker } = await start();
        tracker.trackAgent('planner', () => {
          for (const [i, { durationMs, status }] of steps.entries())
            metrics.recordToolExecution({ toolName: `${i}`, durationMs, status });
        });
        const slowest = Math.max(...steps.map(({ durationMs }) => durationMs));
        const first = steps.findIndex(({ durationMs }) => durationMs === slowest);
        const rank = (i: number) => (i === first ? 2 : steps[i]!.status === 'error' ? 1 : 0);
        const kept = [...steps.keys()]
          .sort((a, b) => rank(b) - rank(a) || steps[b]!.durationMs - steps[a]!.durationMs)
          .slice(0, 499);
        const [request] = metrics.getRequests();
        const names = metrics.getRequest(request!.id)!.executions.map(({ toolName }) => Number(toolName));
        expect(names.sort((a, b) => a - b)).toEqual(kept.sort((a, b) => a - b));
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  it('puts what is kept under the nearest around it that is', async () => {
    const { metrics, tracker, clock } = await start();
    const fill = () => {
      for (let i = 0; i < 1_000; i += 1)
        metrics.recordToolExecution({ toolName: 'x', durationMs: 5, status: 'success' });
    };
    tracker.trackAgent('planner', () => {
      tracker.trackAgent('outer', () => {
        // Is as long as what it holds, and shorter than what is kept, as the one around it is not.
        tracker.trackTool('dropped', () => {
          metrics.recordToolExecution({ toolName: 'kept', durationMs: 900, status: 'success' });
        });
        clock.advance(100);
      });
      fill();
    });
    const [request] = metrics.getRequests();
    const { executions } = metrics.getRequest(request!.id)!;
    const outer = executions.find(({ agentId, kind }) => kind === 'agent' && agentId === 'outer')!;
    expect(outer.children.map(({ toolName }) => toolName)).toEqual(['kept']);
    expect(flat(executions)).toHaveLength(499);
  });
});

describe('Many requests', () => {
  /** What the documentation says: 100 executions for each of 200 places, and 20,000 in progress. */
  const KEPT = 20_000;
  const OPEN = 20_000;

  it('of many steps are kept within a number of executions', async () => {
    const app = await start();
    const { metrics, tracker, clock } = app;
    const record = { toolName: 'search', durationMs: 1, status: 'success' } as const;
    for (let request = 0; request < 600; request += 1) {
      tracker.trackAgent('planner', () => {
        for (let step = 0; step < 198; step += 1) metrics.recordToolExecution(record);
        metrics.recordToolExecution(request % 3 === 0 ? { ...record, status: 'error' } : record);
        clock.advance(request % 97);
      });
      clock.advance(5_000);
    }
    const [recent, slowest, failed] = (['recent', 'slowest', 'failed'] as const).map(
      (view) => metrics.getRequests({ view }).length,
    );
    // Fifty requests of two hundred executions are ten thousand.
    expect([recent, failed]).toEqual([50, 25]);
    expect(slowest).toBeGreaterThan(15);
    expect(slowest).toBeLessThanOrEqual(25);
    expect(readable(app)).toBeLessThanOrEqual(KEPT);
    expect(readable(app)).toBeGreaterThan(KEPT / 2);
  });

  it('in progress are followed within a number of executions', async () => {
    const app = await start();
    const { metrics, tracker } = app;
    const agents = Array.from({ length: 500 }, () => tracker.start({ kind: 'agent', id: 'planner' }));
    const record = { toolName: 'search', durationMs: 1, status: 'success' } as const;
    for (const agent of agents) {
      agent.run(() => {
        metrics.recordToolExecution({ ...record, toolName: 'longest', durationMs: 2 });
        for (let step = 0; step < 99; step += 1) metrics.recordToolExecution(record);
      });
    }
    expect(readable(app)).toBeLessThanOrEqual(OPEN + agents.length);
    const [first, last] = [agents[0]!, agents.at(-1)!].map(({ id }) => metrics.getRequest(id)!);
    expect(first).toMatchObject({ steps: 100, truncated: true, slowestStep: { name: 'longest' } });
    expect(first!.executions.map(({ toolName }) => toolName)).toEqual(['longest']);
    expect([last!.truncated, last!.executions.length]).toEqual([false, 100]);

    agents[0]!.end();
    expect(metrics.getRequests()).toMatchObject([{ steps: 100, truncated: true }]);
  });

  it('in progress are followed up to a number of requests', async () => {
    const { metrics, tracker } = await start({ timeouts: { idleMs: 0 } });
    const agents = Array.from({ length: 10_001 }, () => tracker.start({ kind: 'agent', id: 'planner' }));
    const [first, second] = agents as [(typeof agents)[0], (typeof agents)[0]];
    for (const agent of [first, second]) agent.run(() => tracker.trackTool('search', () => 1));
    first.end();
    second.end();
    expect(metrics.getRequests()).toMatchObject([
      { id: second.id, steps: 1, truncated: false },
      { id: first.id, steps: 0, truncated: true },
    ]);
    expect(metrics.getRequests({ view: 'running' })).toHaveLength(9_999);
  });

  it('that went on for long after their end are kept within the same', async () => {
    const app = await start();
    const { metrics, tracker } = app;
    const agents = Array.from({ length: 100 }, () => tracker.start({ kind: 'agent', id: 'planner' }));
    for (const agent of agents) agent.end();
    for (const agent of agents) {
      agent.run(() => {
        for (let step = 0; step < 1_500; step += 1)
          metrics.recordToolExecution({ toolName: 'x', durationMs: 1, status: 'error' });
      });
    }
    expect(readable(app)).toBeLessThanOrEqual(KEPT);
    expect(metrics.getRequests()[0]).toMatchObject({ id: agents.at(-1)!.id, steps: 1_500, failedSteps: 1_500 });
  });

  it('take no more memory however many there were', async () => {
    const { metrics, tracker, clock } = await start();
    const play = (requests: number): void => {
      for (let request = 0; request < requests; request += 1) {
        tracker.trackAgent('planner', () => {
          for (let step = 0; step < 200; step += 1) metrics.recordToolExecution(RECORD);
        });
        clock.advance(100);
      }
    };
    play(150);
    const before = await heapUsed();
    play(100);
    expect((await heapUsed()) - before).toBeLessThan(1_000_000);
  });

  const RECORD = { toolName: 'search', durationMs: 1, status: 'success' } as const;

  async function heapUsed(): Promise<number> {
    await collectGarbageUntil(() => false, 4);
    return process.memoryUsage().heapUsed;
  }
});
