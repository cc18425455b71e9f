import { isRequestId } from '../../src/http/dashboard/page/data/request-id.js';
import { HeldList } from '../../src/http/dashboard/page/requests/held-list.js';
import { usageOf } from '../../src/http/dashboard/page/requests/request-usage.js';
import type { Step } from '../../src/http/dashboard/page/requests/request-tree.js';
import { moveRange, overviewPaths, placeOf, ticksOf } from '../../src/http/dashboard/page/requests/time-scale.js';
import { shape, treeOf } from './request-shapes';

type Listed = Parameters<HeldList['apply']>[0];
const listed = (...ids: string[]) => ids.map((id) => ({ id })) as unknown as Listed;
const idsOf = (requests: Listed) => requests.map(({ id }) => id);

describe('A list that is held', () => {
  const held = () => {
    const list = new HeldList();
    list.apply(listed('b', 'a'), 'recent', false);
    return list;
  };

  it('keeps its rows, and counts newcomers', () => {
    const list = held();
    expect(idsOf(list.apply(listed('d', 'c', 'b'), 'recent', true))).toEqual(['b', 'a']);
    expect(list.newcomers).toBe(2);
  });

  it('has its rows as they are known now', () => {
    const newer = [{ id: 'b', steps: 2 }] as unknown as Listed;
    expect(held().apply(newer, 'recent', true)[0]).toBe(newer[0]);
  });

  it('lets newcomers in once where they are asked for', () => {
    const list = held();
    list.release();
    expect(idsOf(list.apply(listed('c', 'b'), 'recent', true))).toEqual(['c', 'b']);
    expect(idsOf(list.apply(listed('d', 'c'), 'recent', true))).toEqual(['c', 'b']);
    expect(list.newcomers).toBe(1);
  });

  it('follows where it is not held, or something else is asked for', () => {
    const list = held();
    expect(idsOf(list.apply(listed('c'), 'recent', false))).toEqual(['c']);
    expect(idsOf(list.apply(listed('d'), 'failed', true))).toEqual(['d']);
    expect(list.newcomers).toBe(0);
  });
});

describe('The time of a request', () => {
  it('has a place for each of its parts in the visible range', () => {
    expect(placeOf(25, 75, [0, 100])).toEqual({ left: 25, width: 50 });
    expect(placeOf(0, 100, [50, 150])).toEqual({ left: 0, width: 50 });
    expect(placeOf(0, 40, [50, 150])).toBeUndefined();
    expect(placeOf(160, 170, [50, 150])).toBeUndefined();
  });

  it.each([
    [
      [0, 4_330],
      [0, 1_000, 2_000, 3_000, 4_000],
    ],
    [
      [0, 1],
      [0, 0.2, 0.4, 0.6, 0.8, 1],
    ],
    [
      [1_900, 2_300],
      [1_900, 2_000, 2_100, 2_200, 2_300],
    ],
    [
      [0, 100_000],
      [0, 30_000, 60_000, 90_000],
    ],
    [
      [0, 300_000],
      [0, 60_000, 120_000, 180_000, 240_000, 300_000],
    ],
  ])('%j is divided at %j', (range, ticks) => {
    expect(ticksOf(range as [number, number])).toEqual(ticks);
  });

  it('is moved and magnified within the whole', () => {
    expect(moveRange([0, 100], [0, 100], { zoom: 0.5 })).toEqual([25, 75]);
    expect(moveRange([0, 100], [0, 100], { centreMs: 10, zoom: 0.5 })).toEqual([0, 50]);
    expect(moveRange([25, 75], [0, 100], { centreMs: 90 })).toEqual([50, 100]);
    expect(moveRange([25, 75], [0, 100], { zoom: 4 })).toEqual([0, 100]);
  });

  it('is drawn as one line per step, failed steps apart', () => {
    const { children, ...root } = treeOf(
      shape('agent desk', 0, 100, shape('tool a', 0, 50), shape('tool b!', 50, 100)),
    );
    const steps = [{ ...root, children: [] }, ...children];
    expect([...overviewPaths(steps, [0, 100])]).toEqual([
      ['agent', 'M0 0.5h1000'],
      ['tool', 'M0 1.5h500'],
      ['failed', 'M500 2.5h500'],
    ]);
  });
});

describe('The usage of a request', () => {
  const usage = (calls: number, unpriced: number) => ({
    calls,
    unpriced_calls: unpriced,
    total_tokens: calls * 100,
    cost_usd: calls - unpriced,
  });
  const step = (kind: string, execution: object, ...children: Step[]) =>
    ({ kind, execution, children }) as unknown as Step;
  const over = (token_usage: object | null, retries = 0) => ({ status: 'success', token_usage, retries });

  it('is that of its agents where they are over, whether their calls are kept or not', () => {
    const writer = step('agent', over(usage(3, 1)), step('model', over(usage(1, 0), 2)));
    expect(usageOf(step('agent', over(usage(2, 0), 1), writer))).toEqual({
      calls: 5,
      unpricedCalls: 1,
      tokens: 500,
      costUsd: 4,
      retries: 3,
    });
  });

  it('is that of the calls that are over where an agent is running', () => {
    const writer = step('agent', over(usage(3, 1)), step('model', over(usage(1, 0))));
    const search = step('tool', over(null), step('model', over(usage(1, 1))));
    const root = step('agent', { age_seconds: 2 }, step('model', over(usage(1, 0))), search, writer, step('model', {}));
    expect(usageOf(root)).toEqual({ calls: 5, unpricedCalls: 2, tokens: 500, costUsd: 3, retries: 0 });
  });
});

describe('The id of a request', () => {
  it.each(['a40083f7ec8f-i', ' a40083f7ec8f-1z141z3 '])('is %j', (text) => expect(isRequestId(text)).toBe(true));

  it.each([
    '',
    'support-desk',
    'a40083f7ec8f',
    'a40083f7ec8f-',
    'A40083F7EC8F-i',
    'x40083f7ec8f-i',
    'a40083f7ec8f-i i',
  ])('is not %j', (text) => expect(isRequestId(text)).toBe(false));
});
