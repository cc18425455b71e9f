import { parseExposition } from './parse-exposition';

/** OpenMetrics 1.0, with `# EOF` at its end. */
const parse = (lines: readonly string[]) => parseExposition([...lines, '# EOF\n'].join('\n'), 'openmetrics');

const ofType = (type: string, ...lines: string[]) => [`# TYPE a ${type}`, ...lines];
const exemplar = (length: number) => `{a="${'☃'.repeat(length - 1)}"}`;

type Valid = [what: string, lines: string[]];
type Invalid = [why: string, lines: string[], message: RegExp];

const VALID: Record<string, Valid[]> = {
  'the order of lines': [
    ['nothing at all', []],
    ['metadata in any order', ['# HELP a_s h', '# UNIT a_s s', '# TYPE a_s gauge', 'a_s 1']],
    ['metadata without samples', ['# TYPE a gauge', '# TYPE b counter']],
    ['samples without metadata', ['a 1', 'b 1']],
    ['an empty help and unit, which are as none', ['# HELP a ', '# UNIT a ']],
    ['a help of blanks', ['# HELP a   ']],
    ['a family that ends where a sample of another name begins', ofType('counter', 'a_total 1', 'b_total 1')],
  ],
  units: [['one that is the end of the name', ['# UNIT a_b_s b_s', '# TYPE a_b_s counter', 'a_b_s_total 1']]],
  'points of one metric': [
    ['with timestamps that ascend', ofType('gauge', 'a{b="1"} 1 -2.5', 'a{b="1"} 2 0', 'a{b="2"} 3 -7')],
    ['with one timestamp, which may have been rounded', ofType('gauge', 'a 1 5', 'a 2 5')],
    ['of several samples each', ofType('summary', 'a_count 1 1', 'a_sum 1 1', 'a_count 2 2', 'a_sum 2 2')],
    ['of histograms', ofType('histogram', 'a_bucket{le="+Inf"} 4 1', 'a_bucket{le="+Inf"} 5 2')],
    ['beside those with an empty label, which is as none', ofType('gauge', 'a{b="1"} 1', 'a{b=""} 1')],
  ],
  timestamps: [
    ['in any form of a number', ['a 1 000', 'b 1 1.5e3', 'c 1 -.5', 'd 1 +1.', 'e 1 12345678901234567890.123456789']],
  ],
  values: [
    ['whole ones, with zeros before them', ['a 0042', 'b -1', 'c +1', 'd 18446744073709551615']],
    ['fractions', ['a 1.', 'b .5', 'c 1.50', 'd 1e3', 'e 1E-3', 'f -1.5e+3']],
    ['no number', ['a NaN', 'b nan', 'c NAN']],
    ['infinity', ['a +Inf', 'b -inf', 'c Infinity', 'd INF']],
  ],
  counters: [
    ['with the time of their creation', ofType('counter', 'a_total 1', 'a_created 1520430000.123')],
    ['from before 1970', ofType('counter', 'a_total 1', 'a_created -1')],
    ['that are infinite', ofType('counter', 'a_total +Inf')],
  ],
  histograms: [
    ['of one bucket', ofType('histogram', 'a_bucket{le="+Inf"} 0')],
    ['whose sum and count come first', ofType('histogram', 'a_count 1', 'a_sum 2', 'a_bucket{le="+Inf"} 1')],
    [
      'whose counts have a point',
      ofType('histogram', 'a_bucket{le="+Inf"} 1.0', 'a_count 1', 'a_sum 2', 'a_created 1'),
    ],
    ['of negative bounds, without a sum', ofType('histogram', 'a_bucket{le="-1.0"} 1', 'a_bucket{le="+Inf"} 1')],
    [
      'of bounds that are written in another way',
      ofType(
        'histogram',
        'a_bucket{le="1e-4"} 0',
        'a_bucket{le="1"} 0',
        'a_bucket{le="1000000"} 0',
        'a_bucket{le="+Inf"} 0',
      ),
    ],
    ['of several metrics', ofType('histogram', 'a_bucket{b="1",le="+Inf"} 2', 'a_bucket{b="2",le="+Inf"} 1')],
  ],
  'gauge histograms': [
    [
      'with sum and count',
      ofType('gaugehistogram', 'a_bucket{le="1.0"} 1', 'a_bucket{le="+Inf"} 2', 'a_gcount 2', 'a_gsum 3'),
    ],
    [
      'with a negative sum, where a bound is negative',
      ofType('gaugehistogram', 'a_bucket{le="-1.0"} 1', 'a_bucket{le="+Inf"} 1', 'a_gcount 1', 'a_gsum -3'),
    ],
  ],
  summaries: [
    ['of a count alone', ofType('summary', 'a_count 1')],
    [
      'of quantiles in any order',
      ofType('summary', 'a{quantile="1"} 2', 'a{quantile="0.0"} 1', 'a{quantile="0.5"} NaN'),
    ],
    ['with the time of their creation', ofType('summary', 'a_count 1', 'a_sum 1', 'a_created 1')],
  ],
  'state sets': [
    ['of several metrics', ofType('stateset', 'a{a="on",b="1"} 1', 'a{a="off",b="1"} 0.0', 'a{a="on",b="2"} 0')],
  ],
  'info metrics': [
    ['of several metrics', ofType('info', 'a_info{b="1"} 1', 'a_info{b="2"} 1.0')],
    ['whose timestamps are those of several metrics', ofType('info', 'a_info{b="1"} 1 2', 'a_info{b="2"} 1 1')],
  ],
  exemplars: [
    ['on a total', ofType('counter', 'a_total 1 # {b="c"} 0.5')],
    [
      'on a bucket, with timestamps',
      ofType('histogram', 'a_bucket{le="1.0"} 1 5 # {b="c"} 1 4.5', 'a_bucket{le="+Inf"} 1 5'),
    ],
    ['on a bucket of a gauge histogram', ofType('gaugehistogram', 'a_bucket{le="+Inf"} 1 # {} 7')],
    ['of 128 characters', ofType('counter', `a_total 1 # ${exemplar(128)} 1`)],
    ['with what looks like another', ofType('counter', 'a_total{b=" # {} 1"} 1 # {b=" # {} 1"} 1')],
  ],
  labels: [
    ['none between braces', ['a{} 1']],
    ['with every escape sequence', ['a{b="\\\\ \\" \\n"} 1']],
    ['with a backslash before another character', ['a{b="\\z"} 1']],
    ['with what means something outside of quotation marks', ['a{b="}",c="{,= #\t\r\u0000"} 1']],
  ],
  help: [
    ['with escape sequences, or with what looks like them', ['# HELP a \\\\ \\" \\n \\z " \\']],
    ['with any character', ['# HELP a # \u0000 ☃ 😀']],
  ],
  names: [['with colons and underscores', ['a:b_C9 1', ':d 1', '_e 1']]],
};

const INVALID: Record<string, Invalid[]> = {
  'the order of lines': [
    ['TYPE behind a sample', ['a 1', '# TYPE a gauge'], /TYPE of a comes after its samples/],
    ['HELP behind a sample', ['# TYPE a gauge', 'a 1', '# HELP a h'], /HELP of a comes after its samples/],
    ['UNIT behind a sample', ['# TYPE a_s gauge', 'a_s 1', '# UNIT a_s s'], /UNIT of a_s comes after its samples/],
    ['TYPE twice', ['# TYPE a gauge', '# TYPE a gauge'], /TYPE of a appears twice/],
    ['an empty HELP twice', ['# HELP a ', '# HELP a '], /HELP of a appears twice/],
    ['UNIT twice', ['# UNIT a_s s', '# UNIT a_s s'], /UNIT of a_s appears twice/],
    ['a family in two places', ['a{b="1"} 1', 'c 1', 'a{b="2"} 1'], /the lines of a do not stand together/],
    ['metadata in two places', ['# HELP a h', '# HELP b h', '# TYPE a gauge'], /the lines of a do not stand together/],
    ['a blank line', ['a 1', '', 'b 1'], /Line 2: expected the name of a metric/],
    ['a comment', ['# hello'], /does not allow this comment/],
    ['something that is not metadata', ['# FOO a b'], /does not allow this comment/],
    ['a blank before metadata', [' # HELP a h'], /expected the name of a metric/],
    ['two blanks in metadata', ['# TYPE  a gauge'], /does not allow this comment/],
    ['no blank in metadata', ['#TYPE a gauge'], /does not allow this comment/],
    ['a tab in metadata', ['# TYPE\ta gauge'], /does not allow this comment/],
    ['HELP without a name', ['# HELP '], /does not allow this comment/],
    ['HELP without a blank after the name', ['# HELP a'], /does not allow this comment/],
    ['UNIT without a blank after the name', ['# UNIT a'], /does not allow this comment/],
    ['TYPE without a type', ['# TYPE a '], /"" is no type/],
    ['an unknown type', ['# TYPE a meter'], /"meter" is no type/],
    ['a type of the older format', ['# TYPE a untyped'], /"untyped" is no type/],
    ['a type in other letters', ['# TYPE a Gauge'], /"Gauge" is no type/],
    ['a blank behind the type', ['# TYPE a gauge '], /"gauge " is no type/],
    ['an end before the end', ['a 1', '# EOF', 'b 1'], /Line 2: OpenMetrics does not allow this comment/],
  ],
  units: [
    ['one that is not the end of the name', ['# UNIT a seconds'], /does not end with the unit "seconds"/],
    ['one that no underscore parts from the name', ['# UNIT as s'], /does not end with the unit "s"/],
    ['a blank behind it', ['# UNIT a_s s '], /does not end with the unit "s "/],
    ['one of an info', ['# TYPE a_s info', '# UNIT a_s s'], /the type info has no unit/],
    ['one of a state set', ['# UNIT a_s s', '# TYPE a_s stateset'], /the type stateset has no unit/],
  ],
  'names that clash': [
    [
      'a gauge under the name of a time of creation',
      ['# TYPE a_created gauge', '# TYPE a counter'],
      /a_created is the name of another family/,
    ],
    [
      'the same the other way round',
      ['# TYPE a counter', '# TYPE a_created gauge'],
      /a_created is the name of a sample of a/,
    ],
    ['one family of two types', ['# TYPE a info', '# TYPE a counter'], /TYPE of a appears twice/],
    [
      'a total beside its counter',
      ['# TYPE a counter', 'a_total 1', '# TYPE a_total unknown'],
      /a_total is the name of a sample of a/,
    ],
    ['a gauge beside a count', ['a_count 1', '# TYPE a summary'], /a_count is the name of another family/],
    [
      'a bucket beside a gauge histogram',
      ['# TYPE a gaugehistogram', '# TYPE b gauge', 'a_bucket 1'],
      /a_bucket is the name of a sample of a/,
    ],
    ['an info beside a gauge', ['a_info 1', '# TYPE a info'], /a_info is the name of another family/],
  ],
  'points of one metric': [
    ['a series twice', ofType('gauge', 'a 1', 'a 1'), /appears twice/],
    [
      'a series twice, its labels in another order',
      ofType('gauge', 'a{b="1",c="2"} 1', 'a{c="2",b="1"} 1'),
      /appears twice/,
    ],
    ['a series twice, once with an empty label', ofType('gauge', 'a 1', 'a{b=""} 1'), /appears twice/],
    ['timestamps that go backwards', ofType('gauge', 'a 1 2', 'a 1 1.5'), /go backwards/],
    ['a timestamp behind none', ofType('gauge', 'a 1', 'a 1 0'), /some samples of one metric have a timestamp/],
    ['none behind a timestamp', ofType('gauge', 'a 1 0', 'a 1'), /appears twice/],
    ['none at the sum', ofType('summary', 'a_count 1 0', 'a_sum 1'), /some samples of one metric have a timestamp/],
    [
      'two metrics in turns',
      ofType('summary', 'a_sum{b="1"} 1', 'a_sum{b="2"} 1', 'a_count{b="1"} 1'),
      /one metric do not stand together/,
    ],
    [
      'two histograms in turns',
      ofType('histogram', 'a_bucket{b="1",le="1.0"} 0', 'a_bucket{b="2",le="+Inf"} 0', 'a_bucket{b="1",le="+Inf"} 0'),
      /one metric do not/,
    ],
    ['two points in turns', ofType('summary', 'a_count 1 1', 'a_count 2 2', 'a_sum 1 1'), /go backwards/],
  ],
  timestamps: [
    ['a word', ['a 1 now'], /expected a timestamp/],
    ['no number', ['a 1 NaN'], /expected a timestamp/],
    ['infinity', ['a 1 +Inf'], /expected a timestamp/],
    ['an underscore', ['a 1 1_0'], /the end of the line/],
    ['two points', ['a 1 1.1.1'], /the end of the line/],
    ['hexadecimal digits', ['a 1 0x1p-3'], /the end of the line/],
    ['two blanks', ['a 1  1'], /expected a timestamp/],
    ['one that no float can hold', ['a 1 1e999'], /beyond the range/],
  ],
  values: [
    ['none', ['a'], /expected a space/],
    ['none behind a blank', ['a '], /expected a value/],
    ['a word', ['a one'], /expected a value/],
    ['two blanks before it', ['a  1'], /expected a value/],
    ['a tab before it', ['a\t1'], /expected a space/],
    ['a blank behind it', ['a 1 '], /expected a timestamp/],
    ['a tab behind it', ['a 1\t'], /the end of the line/],
    ['a carriage return behind it', ['a 1\r'], /the end of the line/],
    ['an underscore', ['a 1_0'], /the end of the line/],
    ['hexadecimal digits', ['a 0x1'], /the end of the line/],
    ['hexadecimal digits and an exponent', ['a 0x1p-3'], /the end of the line/],
    ['binary digits', ['a 0b1'], /the end of the line/],
    ['octal digits', ['a 0o1'], /the end of the line/],
    ['no digits', ['a .'], /expected a value/],
    ['an exponent without digits', ['a 1e'], /the end of the line/],
    ['a sign before no number', ['a -NaN'], /expected a value/],
    ['one that no float can hold', ['a 1e999'], /beyond the range/],
  ],
  counters: [
    ['without _total', ofType('counter', 'a 1'), /the samples of the counter a are named a_total, a_created/],
    ['that have been created only', ofType('counter', 'a_created 1'), /there is no "_total"/],
    ['that are negative', ofType('counter', 'a_total -1'), /a_total must be a number from 0 on, and is -1/],
    ['that are no number', ofType('counter', 'a_total NaN'), /a_total must be/],
    ['that have been created never', ofType('counter', 'a_total 1', 'a_created NaN'), /a_created must be a time/],
  ],
  histograms: [
    ['without buckets', ofType('histogram', 'a_sum 1', 'a_count 1'), /no bucket with le="\+Inf"/],
    ['without a last bucket', ofType('histogram', 'a_bucket{le="1.0"} 1'), /no bucket with le="\+Inf"/],
    [
      'without one at one of two times',
      ofType('histogram', 'a_bucket{le="+Inf"} 1 1', 'a_bucket{le="1.0"} 1 2'),
      /no bucket/,
    ],
    [
      'whose bounds do not ascend',
      ofType('histogram', 'a_bucket{le="2.0"} 0', 'a_bucket{le="1.0"} 0', 'a_bucket{le="+Inf"} 0'),
      /bounds of buckets do not ascend/,
    ],
    [
      'with two buckets of one bound',
      ofType('histogram', 'a_bucket{le="1"} 0', 'a_bucket{le="1.0"} 0', 'a_bucket{le="+Inf"} 0'),
      /bounds of buckets do not ascend/,
    ],
    [
      'whose buckets are not cumulative',
      ofType('histogram', 'a_bucket{le="1.0"} 2', 'a_bucket{le="+Inf"} 1'),
      /not cumulative/,
    ],
    ['whose bucket has no bound', ofType('histogram', 'a_bucket 1'), /"le" stands on buckets/],
    ['whose bound is a word', ofType('histogram', 'a_bucket{le="all"} 1'), /the bound is no number: "all"/],
    ['whose bound is no number', ofType('histogram', 'a_bucket{le="NaN"} 1', 'a_bucket{le="+Inf"} 1'), /do not ascend/],
    [
      'whose last bound has no sign',
      ofType('histogram', 'a_bucket{le="Inf"} 1'),
      /the last bound is written \+Inf, not Inf/,
    ],
    ['whose last bound is written in capitals', ofType('histogram', 'a_bucket{le="+INF"} 1'), /is written \+Inf/],
    [
      'whose sum has a bound',
      ofType('histogram', 'a_bucket{le="+Inf"} 1', 'a_sum{le="+Inf"} 1', 'a_count 1'),
      /"le" stands on buckets/,
    ],
    ['with a sum and no count', ofType('histogram', 'a_bucket{le="+Inf"} 1', 'a_sum 1'), /"_count" is not the bucket/],
    ['with a count and no sum', ofType('histogram', 'a_bucket{le="+Inf"} 1', 'a_count 1'), /there is no "_sum"/],
    [
      'whose count is another',
      ofType('histogram', 'a_bucket{le="+Inf"} 1', 'a_sum 1', 'a_count 2'),
      /"_count" is not the bucket/,
    ],
    [
      'of negative bounds, with a sum',
      ofType('histogram', 'a_bucket{le="-1.0"} 1', 'a_bucket{le="+Inf"} 1', 'a_sum 1', 'a_count 1'),
      /beside negative bounds/,
    ],
    ['whose sum is negative', ofType('histogram', 'a_bucket{le="+Inf"} 1', 'a_sum -1', 'a_count 1'), /a_sum must be/],
    ['whose sum is no number', ofType('histogram', 'a_bucket{le="+Inf"} 1', 'a_sum NaN', 'a_count 1'), /a_sum must be/],
    [
      'whose bucket is negative',
      ofType('histogram', 'a_bucket{le="+Inf"} -1'),
      /a_bucket must be a whole number from 0 on/,
    ],
    ['whose bucket is no number', ofType('histogram', 'a_bucket{le="+Inf"} NaN'), /a_bucket must be/],
    ['whose bucket is not whole', ofType('histogram', 'a_bucket{le="+Inf"} 0.5'), /a_bucket must be/],
    [
      'whose count is negative',
      ofType('histogram', 'a_bucket{le="+Inf"} 1', 'a_sum 1', 'a_count -1'),
      /a_count must be/,
    ],
  ],
  'gauge histograms': [
    ['without a last bucket', ofType('gaugehistogram', 'a_gsum 1', 'a_gcount 1'), /no bucket with le="\+Inf"/],
    [
      'with a sum and no count',
      ofType('gaugehistogram', 'a_bucket{le="+Inf"} 1', 'a_gsum 1'),
      /"_gcount" is not the bucket/,
    ],
    ['with a count and no sum', ofType('gaugehistogram', 'a_bucket{le="+Inf"} 1', 'a_gcount 1'), /there is no "_gsum"/],
    [
      'whose count is another',
      ofType('gaugehistogram', 'a_bucket{le="+Inf"} 1', 'a_gsum 1', 'a_gcount 2'),
      /"_gcount" is not/,
    ],
    [
      'whose sum is negative without reason',
      ofType('gaugehistogram', 'a_bucket{le="1.0"} 1', 'a_bucket{le="+Inf"} 1', 'a_gsum -1', 'a_gcount 1'),
      /the sum is -1, and no bound is negative/,
    ],
    [
      'whose sum is no number',
      ofType('gaugehistogram', 'a_bucket{le="+Inf"} 1', 'a_gsum NaN', 'a_gcount 1'),
      /a_gsum must be a number other than NaN/,
    ],
    ['whose bucket is negative', ofType('gaugehistogram', 'a_bucket{le="+Inf"} -1'), /a_bucket must be/],
    ['whose bucket has no bound', ofType('gaugehistogram', 'a_bucket 1'), /"le" stands on buckets/],
    ['whose bucket is not whole', ofType('gaugehistogram', 'a_bucket{le="+Inf"} 0.5'), /a_bucket must be/],
    [
      'with the sum of a histogram',
      ofType('gaugehistogram', 'a_bucket{le="+Inf"} 1', 'a_sum 1', 'a_bucket{b="1",le="+Inf"} 1'),
      /is the name of a sample of a/,
    ],
  ],
  summaries: [
    ['of a value without a quantile', ofType('summary', 'a 1'), /"quantile" stands on quantiles/],
    ['of a sum with a quantile', ofType('summary', 'a_sum{quantile="1"} 1'), /"quantile" stands on quantiles/],
    ['of a quantile above 1', ofType('summary', 'a{quantile="1.01"} 1'), /from 0 to 1, not 1.01/],
    ['of a quantile below 0', ofType('summary', 'a{quantile="-0.1"} 1'), /from 0 to 1, not -0.1/],
    ['of a quantile that is no number', ofType('summary', 'a{quantile="NaN"} 1'), /from 0 to 1, not NaN/],
    ['of a quantile that is a word', ofType('summary', 'a{quantile="half"} 1'), /the quantile is no number: "half"/],
    ['whose quantile is negative', ofType('summary', 'a{quantile="0.5"} -1'), /a must be a number from 0 on, or NaN/],
    ['whose sum is negative', ofType('summary', 'a_sum -1'), /a_sum must be/],
    ['whose sum is no number', ofType('summary', 'a_sum NaN'), /a_sum must be/],
    ['whose count is negative', ofType('summary', 'a_count -1'), /a_count must be/],
    ['whose count is no number', ofType('summary', 'a_count NaN'), /a_count must be/],
    ['whose count is not whole', ofType('summary', 'a_count 0.5'), /a_count must be/],
  ],
  'state sets': [
    ['without a state', ofType('stateset', 'a 1'), /"a" stands on states/],
    ['that are 2', ofType('stateset', 'a{a="on"} 2'), /a must be 0 or 1, and is 2/],
    ['that have a state twice', ofType('stateset', 'a{a="on"} 1', 'a{a="on"} 1'), /appears twice/],
    [
      'two in turns',
      ofType('stateset', 'a{a="on",b="1"} 1', 'a{a="on",b="2"} 1', 'a{a="off",b="1"} 0'),
      /one metric do not/,
    ],
  ],
  'info metrics': [
    ['that are 2', ofType('info', 'a_info{b="1"} 2'), /a_info must be 1, and is 2/],
    ['without _info', ofType('info', 'a{b="1"} 1'), /the samples of the info a are named a_info/],
    ['that stand twice', ofType('info', 'a_info{b="1"} 1', 'a_info{b="1"} 1'), /appears twice/],
  ],
  exemplars: [
    ['on a gauge', ofType('gauge', 'a 1 # {b="c"} 1'), /an exemplar stands on buckets and totals only/],
    ['on an unknown', ['a 1 # {b="c"} 1'], /buckets and totals only/],
    [
      'on a gauge that is named as a bucket',
      ['# TYPE a_bucket gauge', 'a_bucket 1 # {b="c"} 1'],
      /buckets and totals only/,
    ],
    ['on an info', ofType('info', 'a_info 1 # {b="c"} 1'), /buckets and totals only/],
    ['on a state', ofType('stateset', 'a{a="on"} 1 # {b="c"} 1'), /buckets and totals only/],
    ['on a time of creation', ofType('counter', 'a_total 1', 'a_created 1 # {b="c"} 1'), /buckets and totals only/],
    ['on a sum', ofType('histogram', 'a_sum 1 # {b="c"} 1'), /buckets and totals only/],
    ['on a quantile', ofType('summary', 'a{quantile="1"} 1 # {b="c"} 1'), /buckets and totals only/],
    [
      'above their bucket',
      ofType('histogram', 'a_bucket{le="1.0"} 1 # {} 1.5', 'a_bucket{le="+Inf"} 1'),
      /the exemplar 1.5 is not in its bucket/,
    ],
    [
      'of 129 characters',
      ofType('counter', `a_total 1 # ${exemplar(129)} 1`),
      /have 129 characters, at most 128 may be/,
    ],
    ['of nothing', ofType('counter', 'a_total 1 #'), /the end of the line/],
    ['without a blank before the hash', ofType('counter', 'a_total 1# {} 1'), /the end of the line/],
    ['without a blank behind the hash', ofType('counter', 'a_total 1 #{} 1'), /the end of the line/],
    ['without a blank behind the labels', ofType('counter', 'a_total 1 # {}1'), /expected a space/],
    ['without labels', ofType('counter', 'a_total 1 # 1'), /expected the labels of an exemplar/],
    ['without a value', ofType('counter', 'a_total 1 # {}'), /expected a space/],
    ['with a blank behind the value', ofType('counter', 'a_total 1 # {} 1 '), /expected a timestamp/],
    ['with a blank behind the timestamp', ofType('counter', 'a_total 1 # {} 1 1 '), /the end of the line/],
    ['with a timestamp that is no number', ofType('counter', 'a_total 1 # {} 1 NaN'), /expected a timestamp/],
    ['with hexadecimal digits', ofType('counter', 'a_total 1 # {} 0x1p-3'), /the end of the line/],
    ['two of them', ofType('counter', 'a_total 1 # {} 1 # {} 1'), /the end of the line/],
    ['with a label twice', ofType('counter', 'a_total 1 # {b="1",b="2"} 1'), /"b" appears twice/],
  ],
  labels: [
    ['without quotation marks', ['a{b=1} 1'], /the value of a label/],
    ['in other quotation marks', ["a{b='1'} 1"], /the value of a label/],
    ['with one quotation mark', ['a{b="1} 1'], /the value of a label/],
    ['whose quotation mark is escaped', ['a{b="1\\"} 1'], /the value of a label/],
    ['without a value', ['a{b} 1'], /an equals sign/],
    ['without an equals sign', ['a{b"1"} 1'], /an equals sign/],
    ['without a name', ['a{="1"} 1'], /the name of a label/],
    ['without a comma between them', ['a{b="1"c="2"} 1'], /a comma or/],
    ['with two commas', ['a{b="1",,c="2"} 1'], /the name of a label/],
    ['with a comma behind the last', ['a{b="1",} 1'], /a comma or/],
    ['with a comma before the first', ['a{,b="1"} 1'], /the name of a label/],
    ['with a blank before the brace', ['a {b="1"} 1'], /expected a value/],
    ['with a blank within the braces', ['a{ b="1"} 1'], /the name of a label/],
    ['with a blank behind a comma', ['a{b="1", c="2"} 1'], /the name of a label/],
    ['without a blank before the value', ['a{b="1"}1'], /expected a space/],
    ['without the second brace', ['a{b="1" 1'], /a comma or/],
    ['that stand twice', ['a{b="1",b="1"} 1'], /"b" appears twice/],
    ['that begin with a digit', ['a{1b="1"} 1'], /the name of a label/],
    ['with a hyphen', ['a{b-c="1"} 1'], /an equals sign/],
    ['with a colon', ['a{b:c="1"} 1'], /an equals sign/],
    ['named as Prometheus names the metric', ['a{__name__="b"} 1'], /"__name__" is reserved/],
    ['of half a character', ['a{b="\uD800"} 1'], /lone surrogate/],
  ],
  names: [
    ['that begin with a digit', ['0a 1'], /the name of a metric/],
    ['with a point', ['a.b 1'], /expected a space/],
    ['with a hyphen', ['a-b 1'], /expected a space/],
    ['in quotation marks', ['"a" 1'], /the name of a metric/],
    ['of no length', ['{b="c"} 1'], /the name of a metric/],
    ['behind a mark of byte order', ['\uFEFFa 1'], /the name of a metric/],
  ],
};

describe.each(Object.entries(VALID))('OpenMetrics allows of %s', (_topic, rows) => {
  it.each(rows)('%s', (_what, lines) => {
    expect(() => parse(lines)).not.toThrow();
  });
});

describe.each(Object.entries(INVALID))('OpenMetrics refuses of %s', (_topic, rows) => {
  it.each(rows)('%s', (_why, lines, message) => {
    expect(() => parse(lines)).toThrow(message);
  });
});

describe('An OpenMetrics text', () => {
  it.each(['a 1\n# EOF\n', 'a 1\n# EOF', '# EOF'])('may be %j', (text) => {
    expect(() => parseExposition(text, 'openmetrics')).not.toThrow();
  });

  it.each([
    ['', /does not end with "# EOF"/],
    ['a 1\n', /does not end with "# EOF"/],
    ['a 1\n# EOF\n\n', /does not end with "# EOF"/],
    ['a 1\n# EOF\nb 1\n', /does not end with "# EOF"/],
    ['a 1\n# EOFb', /does not end with "# EOF"/],
    ['a 1\n# eof\n', /does not end with "# EOF"/],
    ['a 1\n# EOF \n', /does not end with "# EOF"/],
    ['a 1\n# EOF\r\n', /does not end with "# EOF"/],
    ['a 1\n# EOF\n# EOF\n', /does not allow this comment/],
    ['a 1# EOF\n', /The last line does not end with a line feed/],
  ])('may not be %j', (text, message) => {
    expect(() => parseExposition(text, 'openmetrics')).toThrow(message);
  });

  it('has what its escape sequences stand for', () => {
    const { help, samples } = parse(['# HELP a \\\\ \\" \\n \\z "', 'a{b="\\\\n\\"\\n\\z"} 1']).families.get('a')!;
    expect(help).toBe('\\ " \n \\z "');
    expect(samples[0]!.labels['b']).toBe('\\n"\n\\z');
  });

  it('has the numbers that it names', () => {
    const { families } = parse(['a 0042', 'b 1.', 'c .5', 'd -inf', 'e Infinity', 'f nan', 'g 1.5E-3 1.5e3']);
    const values = [...families.values()].map(({ samples }) => samples[0]!.value);
    expect(values).toEqual([42, 1, 0.5, -Infinity, Infinity, NaN, 0.0015]);
    expect(families.get('g')!.samples[0]!.timestamp).toBe(1_500);
  });
});
