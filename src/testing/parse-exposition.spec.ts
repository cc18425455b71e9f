import type { ExpositionTextFormat } from './exposition-line';
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

  const wrong: [problem: string, format: ExpositionTextFormat, text: string, message: RegExp][] = [
    ['a text without end', 'prometheus', 'x 1', /does not end with a line feed/],
    ['OpenMetrics without its end', 'openmetrics', 'x 1\n', /# EOF/],
    ['an empty line in OpenMetrics', 'openmetrics', lines('x 1', '', '# EOF'), /Line 2/],
    ['a comment in OpenMetrics', 'openmetrics', lines('# hello', '# EOF'), /no such comment/],
    ['a help that stands twice', 'prometheus', lines('# HELP x a', '# HELP x b', 'x 1'), /HELP of x stands twice/],
    ['a type after the samples', 'prometheus', lines('x 1', '# TYPE x gauge'), /TYPE of x stands after its samples/],
    ['a type that there is not', 'prometheus', lines('# TYPE x unknown'), /"unknown" is no type/],
    ['a series that stands twice', 'prometheus', lines('x{a="1"} 1', 'x{a="1",b=""} 2'), /stands twice/],
    ['a family in two places', 'prometheus', lines('x 1', 'y 1', 'x{a="1"} 1'), /do not stand together/],
    [
      'a sample that belongs to another family',
      'prometheus',
      lines(...HISTOGRAM, 'y 1', 'took_seconds_count{agent="b"} 1'),
      /is the name of a sample of took_seconds/,
    ],
    [
      'a histogram over the name of a family',
      'prometheus',
      lines('took_seconds_count 1', ...HISTOGRAM),
      /a family of its own/,
    ],
    [
      'a counter without _total in OpenMetrics',
      'openmetrics',
      lines('# TYPE x counter', 'x 1', '# EOF'),
      /x do not stand together/,
    ],
    ['a negative counter', 'prometheus', lines('# TYPE x counter', 'x -1'), /cannot be -1/],
    ['no value', 'prometheus', lines('x'), /expected a space/],
    ['a value that is none', 'prometheus', lines('x one'), /expected a value/],
    ['something after the value', 'prometheus', lines('x 1 2 3'), /the end of the line/],
    ['an exemplar in the older format', 'prometheus', lines('x_total 1 # {a="b"} 1'), /the end of the line/],
    [
      'an exemplar on a gauge',
      'openmetrics',
      lines('# TYPE x gauge', 'x 1 # {a="b"} 1', '# EOF'),
      /buckets and counters only/,
    ],
    [
      'an exemplar with long labels',
      'openmetrics',
      lines(`x 1 # {a="${'b'.repeat(128)}"} 1`, '# EOF'),
      /129 characters/,
    ],
    ['a label without quotes', 'prometheus', lines('x{a=1} 1'), /the value of a label/],
    ['an unknown escape', 'prometheus', lines('x{a="\\t"} 1'), /the value of a label/],
    ['a label that stands twice', 'prometheus', lines('x{a="1",a="2"} 1'), /"a" stands twice/],
    ['a label name with a hyphen', 'prometheus', lines('x{a-b="1"} 1'), /the name of a label/],
    ['a comma after the last label in OpenMetrics', 'openmetrics', lines('x{a="1",} 1', '# EOF'), /a comma or/],
    [
      'le on a count',
      'prometheus',
      lines(...HISTOGRAM.slice(0, 5), 'took_seconds_count{agent="a",le="1"} 3'),
      /"le" stands on buckets/,
    ],
    ['a quantile without its label', 'prometheus', lines('# TYPE x summary', 'x 1'), /"quantile" stands on/],
  ];

  it.each(wrong)('refuses %s', (_problem, format, text, message) => {
    expect(() => parseExposition(text, format)).toThrow(message);
  });

  it.each([
    ['that does not end in +Inf', 3, 'took_seconds_bucket{agent="a",le="1"} 3', /no bucket with le="\+Inf"/],
    ['that is not cumulative', 2, 'took_seconds_bucket{agent="a",le="0.5"} 4', /not cumulative/],
    ['whose bounds do not ascend', 2, 'took_seconds_bucket{agent="a",le="Inf"} 1', /do not ascend/],
    ['whose count is another', 5, 'took_seconds_count{agent="a"} 4', /"_count" is not the bucket/],
    ['whose sum is missing', 4, '', /no "_sum"/],
  ])('refuses a histogram %s', (_problem, line, replacement, message) => {
    expect(() => parseExposition(lines(...HISTOGRAM.with(line, replacement)))).toThrow(message);
  });
});
