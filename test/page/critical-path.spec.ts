import { criticalPath, sharesOf } from '../../src/http/dashboard/page/requests/critical-path.js';
import { notableGap, ownMs } from '../../src/http/dashboard/page/requests/own-time.js';
import { namesIn, shape, treeOf, type Shape } from './request-shapes';

const pathOf = (root: Shape, now?: number) =>
  criticalPath(treeOf(root, now)).stretches.map(({ step, fromMs, toMs }) => [step.name, fromMs, toMs]);

describe('The critical path of a request', () => {
  it('is the request itself if nothing ran inside it', () => {
    expect(pathOf(shape('agent desk', 0, 40))).toEqual([['desk', 0, 40]]);
  });

  it('has no part twice if a clock was set back', () => {
    const request = shape('agent desk', 0, 100, shape('tool back', 80, 40), shape('tool search', 50, 70));
    expect(pathOf(request)).toEqual([
      ['desk', 0, 50],
      ['search', 50, 70],
      ['desk', 70, 100],
    ]);
  });

  it('goes through steps one after the other, and through the time between them', () => {
    const request = shape('agent desk', 0, 100, shape('tool search', 10, 40), shape('model gpt-x', 50, 90));
    expect(pathOf(request)).toEqual([
      ['desk', 0, 10],
      ['search', 10, 40],
      ['desk', 40, 50],
      ['gpt-x', 50, 90],
      ['desk', 90, 100],
    ]);
  });

  it('takes of parallel steps the one that ended last, and before it the one that ended last before it began', () => {
    const request = shape(
      'agent desk',
      0,
      100,
      shape('tool early', 0, 20),
      shape('tool beside', 0, 60),
      shape('tool last', 30, 95),
    );
    expect(pathOf(request)).toEqual([
      ['early', 0, 20],
      ['desk', 20, 30],
      ['last', 30, 95],
      ['desk', 95, 100],
    ]);
  });

  it('does the same inside each step', () => {
    const writer = shape('agent writer', 20, 90, shape('tool fetch', 25, 45), shape('model gpt-x', 45, 90));
    const root = treeOf(shape('agent desk', 0, 90, shape('agent planner', 0, 20), writer));
    const { stretches, steps } = criticalPath(root);
    expect(stretches.map(({ step, fromMs, toMs }) => [step.name, fromMs, toMs])).toEqual([
      ['planner', 0, 20],
      ['writer', 20, 25],
      ['fetch', 25, 45],
      ['gpt-x', 45, 90],
    ]);
    // It leads through the request, too, which never was the only one at work.
    expect(namesIn(root, steps)).toEqual(['desk', 'planner', 'writer', 'fetch', 'gpt-x']);
  });

  it('leaves out what outlives the request, which did not wait for it', () => {
    const request = shape('agent desk', 0, 50, shape('tool search', 0, 30), shape('tool audit', 10, 80));
    expect(pathOf(request)).toEqual([
      ['search', 0, 30],
      ['desk', 30, 50],
    ]);
  });

  it('ends in the running step while the request runs', () => {
    const request = shape('agent desk', 0, undefined, shape('tool search', 0, 30), shape('model gpt-x', 30));
    expect(pathOf(request, 70)).toEqual([
      ['search', 0, 30],
      ['gpt-x', 30, 70],
    ]);
  });

  it('does not reach back before the surrounding step', () => {
    const early = shape('agent writer', 20, 60, shape('model gpt-x', 5, 60));
    expect(pathOf(shape('agent desk', 0, 60, shape('tool search', 0, 20), early))).toEqual([
      ['search', 0, 20],
      ['gpt-x', 20, 60],
    ]);
  });

  it('has shares by kind, in percents that add up', () => {
    const thirds = shape('agent desk', 0, 90, shape('tool search', 0, 30), shape('model gpt-x', 30, 60));
    const { stretches } = criticalPath(treeOf(thirds));
    expect(sharesOf(stretches)).toEqual([
      { kind: 'tool', percent: 34 },
      { kind: 'model', percent: 33 },
      { kind: 'agent', percent: 33 },
    ]);
    expect(sharesOf(criticalPath(treeOf(shape('agent desk', 0, 0))).stretches)).toEqual([]);
  });
});

describe('The own time of a step', () => {
  it('is when nothing inside it ran', () => {
    const step = treeOf(
      shape('agent desk', 0, 100, shape('tool a', 10, 30), shape('tool b', 20, 40), shape('tool c', 80, 120)),
    );
    expect(ownMs(step)).toBe(50);
    expect(notableGap(step)).toEqual({ fromMs: 40, toMs: 80 });
  });

  it('is notable above a fifth, in a step with others inside it', () => {
    const fifth = shape('agent desk', 0, 100, shape('tool a', 20, 100));
    expect(notableGap(treeOf(fifth))).toBeUndefined();
    expect(notableGap(treeOf(shape('agent desk', 0, 100, shape('tool a', 21, 100))))).toEqual({ fromMs: 0, toMs: 21 });
    expect(notableGap(treeOf(shape('agent desk', 0, 100)))).toBeUndefined();
  });

  it('is none in a step that took no time, or less', () => {
    expect(notableGap(treeOf(shape('agent desk', 0, 0, shape('tool a', 0, 0))))).toBeUndefined();
    expect(notableGap(treeOf(shape('agent desk', 0, -20, shape('tool a', 0, 10))))).toBeUndefined();
  });
});
