import { criticalPath } from '../../src/http/dashboard/page/requests/critical-path.js';
import {
  foldTree,
  keysAround,
  openByItself,
  visibleRows,
  type Item,
} from '../../src/http/dashboard/page/requests/folding.js';
import { allSteps } from '../../src/http/dashboard/page/requests/request-tree.js';
import { shape, treeOf, type Shape } from './request-shapes';

/** `search ×3`, `4 short`, or a name. */
const nameOf = ({ look, first, steps }: Item) =>
  look === 'short' ? `${steps.length} short` : look === 'repeated' ? `${first.name} ×${steps.length}` : first.name;

function fold(shape: Shape) {
  const root = treeOf(shape);
  const { length: count } = allSteps(root);
  return { root, count, items: foldTree(root, count) };
}

/** The visible rows before the user has opened or closed any, two blanks for each level. */
function seen(request: Shape): string[] {
  const { root, count, items } = fold(request);
  const open = openByItself(items, count, criticalPath(root).steps);
  return visibleRows(items, ({ key }) => open.has(key)).map(({ item, level }) => '  '.repeat(level - 1) + nameOf(item));
}

/** Tools one after the other, each so long. */
const tools = (names: string[], from: number, length: number) =>
  names.map((name, index) => shape(`tool ${name}`, from + index * length, from + (index + 1) * length));
const numbered = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}${index}`);

describe('A request as rows', () => {
  it('is a tree that is open if there are few steps', () => {
    const writer = shape('agent writer', 50, 90, shape('model gpt-x', 50, 90));
    expect(seen(shape('agent desk', 0, 100, shape('tool search', 0, 50), writer))).toEqual([
      'desk',
      '  search',
      '  writer',
      '    gpt-x',
    ]);
  });

  it('has one row for three or more calls of one name under one parent, in any order', () => {
    const names = ['search', 'fetch', 'search', 'fetch', 'search'];
    expect(seen(shape('agent desk', 0, 100, ...tools(names, 0, 20)))).toEqual([
      'desk',
      '  search ×3',
      '  fetch',
      '  fetch',
    ]);
    const twoAndOne = shape('agent writer', 40, 100, ...tools(['search'], 40, 20));
    expect(seen(shape('agent desk', 0, 100, ...tools(['search', 'search'], 0, 20), twoAndOne))).not.toContain(
      '  search ×3',
    );
  });

  it('keeps apart a tool and a model of one name', () => {
    const calls = [shape('tool gpt', 0, 20), shape('model gpt', 20, 40), shape('tool gpt', 40, 60)];
    expect(seen(shape('agent desk', 0, 60, ...calls))).toEqual(['desk', '  gpt', '  gpt', '  gpt']);
  });

  it('opens a fold to the calls in it, with their places', () => {
    const { items } = fold(shape('agent desk', 0, 60, ...tools(['search', 'search', 'search'], 0, 20)));
    const rows = visibleRows(items, () => true).map(({ item, level, position, siblings, isOpen }) => [
      nameOf(item),
      level,
      position,
      siblings,
      isOpen,
    ]);
    expect(rows).toEqual([
      ['desk', 1, 1, 1, true],
      ['search ×3', 2, 1, 1, true],
      ['search', 3, 1, 3, true],
      ['search', 3, 2, 3, true],
      ['search', 3, 3, 3, true],
    ]);
  });

  it('folds steps under a hundredth of it where there are more than thirty, but none that failed', () => {
    const short = tools(numbered('short', 29), 0, 9);
    const request = (...others: Shape[]) => shape('agent desk', 0, 1_000, ...short, ...others);
    expect(seen(request())).toHaveLength(30);
    expect(seen(request(shape('tool failed!', 300, 305), shape('model gpt-x', 305, 1_000)))).toEqual([
      'desk',
      '  29 short',
      '  failed',
      '  gpt-x',
    ]);
  });

  it('opens of many agents those in which something failed, then those on the critical path, as long as it can be read', () => {
    const agent = (name: string, from: number, to: number, failed = '') =>
      shape(
        `agent ${name}`,
        from,
        to,
        ...tools(numbered(`${name}-`, 12), from, 12),
        shape(`tool last${failed}`, to - 5, to),
      );
    const request = shape(
      'agent desk',
      0,
      1_000,
      agent('beside', 0, 400),
      agent('slow', 0, 500),
      agent('broken', 0, 300, '!'),
      agent('slower', 500, 1_000),
    );
    const rows = seen(request).filter((row) => !/^ {4}/.test(row) || row.endsWith('last'));
    // Forty rows have room for two times thirteen steps beside five agents.
    expect(rows).toEqual(['desk', '  beside', '  slow', '  broken', '    last', '  slower', '    last']);
  });

  it('shows a request of five hundred steps in at most forty rows', () => {
    const inner = numbered('inner', 10).map((name, index) =>
      shape(`agent ${name}`, index * 100, index * 100 + 100, ...tools(numbered(`${name}-`, 50), index * 100, 2)),
    );
    const { count } = fold(shape('agent desk', 0, 1_000, ...inner));
    expect(count).toBe(511);
    expect(seen(shape('agent desk', 0, 1_000, ...inner)).length).toBeLessThanOrEqual(40);
  });

  it('knows which rows must be open for a step to be visible', () => {
    const { items, root } = fold(shape('agent desk', 0, 60, ...tools(['search', 'search', 'search'], 0, 20)));
    expect(keysAround(items, root.children[1]!.id)).toEqual([root.id, `${root.id} tool search`]);
    expect(keysAround(items, 'unknown')).toEqual([]);
  });
});
