import { parseExposition } from './parse-exposition';

/** The Prometheus text, version 0.0.4. */
const parse = (...lines: string[]) => parseExposition(lines.map((line) => `${line}\n`).join(''), 'prometheus');

const HISTOGRAM = [
  '# HELP took_seconds How long it took.',
  '# TYPE took_seconds histogram',
  'took_seconds_bucket{agent="a",le="0.5"} 1',
  'took_seconds_bucket{agent="a",le="+Inf"} 3',
  'took_seconds_sum{agent="a"} 4.5',
  'took_seconds_count{agent="a"} 3',
];

describe('The Prometheus text may have', () => {
  it.each<[what: string, lines: string[]]>([
    ['no lines', []],
    ['blank lines', ['', ' \t', 'a 1', '']],
    ['comments', ['#', '# hello', '#hello', '  # hello', 'a 1', '# EOF of nothing', 'b 1']],
    ['a comment that begins as metadata', ['# HELP', '# HELPFUL a b', '# TYPE', '# TYPES a b', 'a 1']],
    ['a unit, which is a comment like any other', ['# UNIT a seconds', '# TYPE a gauge', 'a 1', '# UNIT a seconds']],
    ['a help of nothing', ['# HELP a', '# TYPE a gauge', 'a 1']],
    ['no blank where nothing would merge', ['a{b="c"}1', 'd+1', 'e-1', 'f.5']],
    ['blanks around every token', ['  a \t{ b = "c" ,\td="e" , } \t 1 \t 2']],
    ['a comma behind the last label', ['a{b="c",} 1']],
    ['no labels between braces', ['a{} 1', 'b{ } 1']],
    ['numbers of every form', ['a 0042', 'b 1.', 'c .5', 'd 1e3', 'e +Inf', 'f -inf', 'g infinity', 'h nan', 'i +1']],
    ['timestamps from before 1970', ['a 1 -5', 'b 1 +5']],
    ['a gauge beside the total of its name', ['# TYPE a gauge', 'a 1', '# TYPE a_total counter', 'a_total 1']],
    ['a bound without its point', HISTOGRAM.with(2, 'took_seconds_bucket{agent="a",le="1"} 1')],
    ['a last bound in other letters', HISTOGRAM.with(3, 'took_seconds_bucket{agent="a",le="inf"} 3')],
    [
      'a sum that is negative',
      HISTOGRAM.with(2, 'took_seconds_bucket{agent="a",le="-1"} 1').with(4, 'took_seconds_sum{agent="a"} -4'),
    ],
    [
      'histograms of several label sets in turns',
      [
        ...HISTOGRAM,
        'took_seconds_bucket{agent="b",le="+Inf"} 0',
        'took_seconds_count{agent="b"} 0',
        'took_seconds_sum{agent="b"} 0',
      ].toSpliced(
        4,
        0,
        'took_seconds_bucket{agent="c",le="+Inf"} 0',
        'took_seconds_count{agent="c"} 0',
        'took_seconds_sum{agent="c"} 0',
      ),
    ],
    ['a summary with negative quantiles', ['# TYPE a summary', 'a{quantile="0.5"} -1', 'a_sum -3', 'a_count 2']],
  ])('%s', (_what, lines) => {
    expect(() => parse(...lines)).not.toThrow();
  });
});

describe('The Prometheus text may not have', () => {
  it.each<[why: string, lines: string[], message: RegExp]>([
    ['a help that appears twice', ['# HELP a b', '# HELP a b', 'a 1'], /HELP of a appears twice/],
    ['a type that appears twice', ['# TYPE a gauge', '#TYPE a gauge', 'a 1'], /TYPE of a appears twice/],
    ['a type behind a sample', ['a 1', '# TYPE a gauge'], /TYPE of a comes after its samples/],
    ['an unknown type', ['# TYPE a unknown'], /"unknown" is no type/],
    ['a type of OpenMetrics', ['# TYPE a gaugehistogram'], /"gaugehistogram" is no type/],
    ['a blank behind a type', ['# TYPE a gauge '], /"gauge " is no type/],
    ['metadata of no name', ['# TYPE 1a gauge'], /TYPE has no metric name/],
    ['metadata of a series', ['# HELP a{b="c"} d'], /HELP has no metric name/],
    ['an escaped quotation mark in a help', ['# HELP a \\"'], /"\\"" is no escape sequence/],
    ['an unknown escape sequence in a help', ['# HELP a \\t'], /"\\t" is no escape sequence/],
    ['half an escape sequence in a help', ['# HELP a \\'], /"\\" is no escape sequence/],
    ['an unknown escape sequence in a label', ['a{b="\\t"} 1'], /the value of a label/],
    ['a label that appears twice', ['a{b="1",b="2"} 1'], /"b" appears twice/],
    ['a label that Prometheus keeps for itself', ['a{__name__="b"} 1'], /"__name__" is reserved/],
    ['a label with a colon', ['a{b:c="1"} 1'], /an equals sign/],
    ['two commas', ['a{b="1",,c="2"} 1'], /the name of a label/],
    ['a comma alone', ['a{,} 1'], /the name of a label/],
    ['a brace too many', ['a{b="c"}} 1'], /expected a value/],
    ['no name', ['{b="c"} 1'], /the name of a metric/],
    ['no value', ['a'], /expected a value/],
    ['a value that is none', ['a one'], /expected a value/],
    ['a sign before no number', ['a -nan'], /expected a value/],
    ['hexadecimal digits', ['a 0x1p3'], /expected a timestamp|the end of the line/],
    ['an underscore between digits', ['a 1_0'], /the end of the line/],
    ['a value that no float can hold', ['a 1e999'], /beyond the range/],
    ['a timestamp with a fraction', ['a 1 1.5'], /the end of the line/],
    ['a timestamp of more than 64 bits', ['a 1 9223372036854775808'], /beyond 64 bits/],
    ['a blank behind the value', ['a 1 '], /expected a timestamp/],
    ['a blank behind the timestamp', ['a 1 2\t'], /the end of the line/],
    ['a carriage return', ['a 1\r'], /the end of the line/],
    ['something behind the timestamp', ['a 1 2 3'], /the end of the line/],
    ['an exemplar', ['a_total 1 # {b="c"} 1'], /expected a timestamp/],
    [
      'a bound that is no number',
      HISTOGRAM.with(2, 'took_seconds_bucket{agent="a",le="x"} 1'),
      /the bound is no number/,
    ],
    ['a quantile that is no number', ['# TYPE a summary', 'a{quantile="x"} 1'], /the quantile is no number/],
  ])('%s, as promtool', (_why, lines, message) => {
    expect(() => parse(...lines)).toThrow(message);
  });

  it.each<[why: string, lines: string[], message: RegExp]>([
    ['a type that is missing, with which Prometheus refuses the whole scrape', ['# TYPE a', 'a 1'], /"" is no type/],
    ['a type in capitals, with which Prometheus refuses the whole scrape', ['# TYPE a GAUGE'], /"GAUGE" is no type/],
    ['a help behind a sample', ['a 1', '# HELP a b'], /HELP of a comes after its samples/],
    ['a series that appears twice', ['a{b="1"} 1', 'a{b="1",c=""} 2'], /appears twice/],
    ['a family in two places', ['a 1', 'b 1', 'a{b="1"} 1'], /do not stand together/],
    [
      'a sample that belongs to another family',
      [...HISTOGRAM, 'a 1', 'took_seconds_count{agent="b"} 1'],
      /is the name of a sample of took_seconds/,
    ],
    ['a histogram over the name of a family', ['took_seconds_count 1', ...HISTOGRAM], /another family/],
    ['a negative counter', ['# TYPE a counter', 'a -1'], /must be a number from 0 on, and is -1/],
    ['a bound on a count', HISTOGRAM.with(5, 'took_seconds_count{agent="a",le="1"} 3'), /"le" stands on buckets/],
    ['a quantile without its label', ['# TYPE a summary', 'a 1'], /"quantile" stands on/],
    ['a quantile above 1', ['# TYPE a summary', 'a{quantile="1.5"} 1'], /from 0 to 1, not 1.5/],
    ['half a character', ['a{b="\uD800"} 1'], /lone surrogate/],
    [
      'a histogram that does not end in +Inf',
      HISTOGRAM.with(3, 'took_seconds_bucket{agent="a",le="1"} 3'),
      /no bucket with le="\+Inf"/,
    ],
    [
      'a histogram that is not cumulative',
      HISTOGRAM.with(2, 'took_seconds_bucket{agent="a",le="0.5"} 4'),
      /not cumulative/,
    ],
    [
      'a histogram whose bounds do not ascend',
      HISTOGRAM.with(2, 'took_seconds_bucket{agent="a",le="Inf"} 1'),
      /do not ascend/,
    ],
    [
      'a histogram whose count is another',
      HISTOGRAM.with(5, 'took_seconds_count{agent="a"} 4'),
      /"_count" is not the bucket/,
    ],
    ['a histogram without a sum', HISTOGRAM.with(4, ''), /no "_sum"/],
  ])('%s, though promtool lets it pass', (_why, lines, message) => {
    expect(() => parse(...lines)).toThrow(message);
  });
});

describe('The last line of the Prometheus text', () => {
  it.each(['a 1', '# hello', '# HELP a b'])('ends with a line feed: %s', (line) => {
    expect(() => parseExposition(line, 'prometheus')).toThrow('The last line does not end with a line feed.');
  });
});

describe('What the Prometheus text says', () => {
  it.each(['# TYPE  a\tcounter', '#TYPE a   counter', '\t# \tTYPE \t a counter'])(
    'has a type however it is spaced: %s',
    (line) => {
      expect(parse(line, 'a 1').families.get('a')?.type).toBe('counter');
    },
  );

  it('has a help without the blanks before it, and with those behind it', () => {
    expect(parse('#  HELP \t a \t "b" \\\\ c\\n ', 'a 1').families.get('a')?.help).toBe('"b" \\ c\n ');
  });

  it('has neither type nor unit where it says none', () => {
    expect(parse('# UNIT a seconds', 'a 1').families.get('a')).toMatchObject({ type: 'untyped', unit: '' });
  });

  it('has labels, value and milliseconds however they are spaced', () => {
    const [sample] = parse('  a \t{ b = "c" ,\td="e}" , } \t 1.5 \t 1700000000123').families.get('a')!.samples;
    expect(sample).toMatchObject({ labels: { b: 'c', d: 'e}' }, value: 1.5, timestamp: 1_700_000_000_123 });
  });
});
