import { SweptMap } from './swept-map';

describe('SweptMap', () => {
  const left = (map: SweptMap<{ isOver: boolean }>, ids: number) =>
    Array.from({ length: ids }, (_, id) => map.has(String(id))).filter(Boolean).length;

  it('forgets what is over as it grows, and nothing else', () => {
    const map = new SweptMap<{ isOver: boolean }>(({ isOver }) => isOver);
    for (let id = 0; id < 1_000; id += 1) map.set(String(id), { isOver: id % 10 !== 0 });
    expect(left(map, 1_000)).toBeLessThan(300);
    for (let id = 0; id < 1_000; id += 10) expect(map.has(String(id))).toBe(true);
  });

  it('keeps all that runs', () => {
    const map = new SweptMap<{ isOver: boolean }>(() => false);
    for (let id = 0; id < 1_000; id += 1) map.set(String(id), { isOver: false });
    expect(left(map, 1_000)).toBe(1_000);
  });

  it('gives what it has, once', () => {
    const map = new SweptMap<string>(() => false);
    map.set('a', 'first');
    expect([map.get('a'), map.take('a'), map.take('a'), map.get('a'), map.get(undefined)]).toEqual([
      'first',
      'first',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
