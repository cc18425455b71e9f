import { parseExposition } from './parse-exposition';

const lines = (...content: string[]) => content.map((line) => `${line}\n`).join('');

const HISTOGRAM = [
  '# HELP took_seconds How long it took.',
  '# TYPE took_seconds histogram',
  'took_seconds_bucket{agent="a",le="0.5"} 1',
  'took_seconds_bucket{agent="a",le="+Inf"} 3',
  'took_seconds_sum{agent="a"} 4.5',
  'took_seconds_count{agent="a"} 3',
];

describe('parseExposition', () => {
  it('reads families with help, type and samples from the Prometheus text', () => {
    const { families } = parseExposition(
      lines(
        '# HELP runs_total Runs, "all" \\\\ of\\nthem.',
        '# TYPE runs_total counter',
        'runs_total{agent="a"} 3',
        '',
      ),
    );
    expect([...families.keys()]).toEqual(['runs_total']);
    expect(families.get('runs_total')).toMatchObject({ type: 'counter', help: 'Runs, "all" \\ of\nthem.' });
    expect(families.get('runs_total')?.samples).toMatchObject([
      { name: 'runs_total', labels: { agent: 'a' }, value: 3 },
    ]);
  });

  it('reads OpenMetrics, in which the family of a counter is named without _total', () => {
    const { families } = parseExposition(
      lines(
        '# HELP runs Runs of \\"all\\".',
        '# TYPE runs counter',
        'runs_total{agent="a"} 3 1.5 # {trace_id="abc"} 0.7 1.25',
        '# EOF',
      ),
    );
    const { samples, help } = families.get('runs')!;
    expect(help).toBe('Runs of "all".');
    expect(samples).toMatchObject([
      {
        name: 'runs_total',
        value: 3,
        timestamp: 1.5,
        exemplar: { labels: { trace_id: 'abc' }, value: 0.7, timestamp: 1.25 },
      },
    ]);
  });

  it('unescapes label values and keeps names that mean something to JavaScript', () => {
    const { families } = parseExposition(lines('x{__proto__="a\\"b\\\\n\\nc",constructor="|"} 1'));
    expect(Object.entries(families.get('x')!.samples[0]!.labels)).toEqual([
      ['__proto__', 'a"b\\n\nc'],
      ['constructor', '|'],
    ]);
  });

  it.each([
    ['1', 1],
    ['-0.5', -0.5],
    ['1e+21', 1e21],
    ['+Inf', Infinity],
    ['-Inf', -Infinity],
    ['NaN', NaN],
  ])('reads the value %s', (text, value) => {
    expect(parseExposition(lines(`x ${text}`)).value('x')).toBe(value);
  });

  it('finds a value by its labels, in any order, empty ones left out', () => {
    const scrape = parseExposition(lines('x{a="1",b="2",c=""} 7'));
    expect(scrape.value('x', { b: '2', a: '1' })).toBe(7);
    expect(scrape.value('x', { a: '1' })).toBeUndefined();
  });

  it('accepts a histogram that adds up', () => {
    expect(parseExposition(lines(...HISTOGRAM)).families.get('took_seconds')?.samples).toHaveLength(4);
  });

  it('has the last of several values with timestamps', () => {
    const scrape = parseExposition(lines('# TYPE x gauge', 'x 3 10', 'x 4 20', '# EOF'));
    expect(scrape.value('x')).toBe(4);
    expect(scrape.families.get('x')?.samples).toHaveLength(2);
  });

  it('takes a text that ends with "# EOF" for OpenMetrics, with a line feed behind it or without', () => {
    for (const end of ['# EOF\n', '# EOF']) {
      expect(parseExposition(`# TYPE x counter\nx_total 1\n${end}`).families.get('x')?.format).toBe('openmetrics');
    }
  });

  it('says in which line something is wrong, or in which family', () => {
    expect(() => parseExposition(lines('x 1', 'y'))).toThrow('Line 2: expected a value at "".');
    expect(() => parseExposition(lines('# TYPE x histogram', 'x_sum 1', 'x_count 1', 'y 1'))).toThrow(
      'In the family x, there is no bucket with le="+Inf".',
    );
  });
});
