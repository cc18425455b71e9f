import * as fc from 'fast-check';
import { linesOf } from './lines';
import { MergedText } from './merged-text';

/** Families in which a sample may hold what looks like a header. */
const A_FAMILY = fc.record({
  name: fc.constantFrom('a', 'b_total', 'c', 'd'),
  samples: fc.array(fc.constantFrom('1', '{of="# HELP a # TYPE a gauge"} 2', '{of="# EOF"} 3', '{of="ü"} 4'), {
    maxLength: 5,
  }),
});

const aText = fc.uniqueArray(A_FAMILY, { selector: ({ name }) => name }).map((families) =>
  families
    .map(({ name, samples }) => {
      const header = `# HELP ${name} Help of ${name}.\n# TYPE ${name} ${name === 'b_total' ? 'counter' : 'gauge'}\n`;
      return header + samples.map((sample) => `${name}${sample}\n`).join('');
    })
    .join(''),
);

function cut(text: string, places: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  return [...cuts, bytes.length].map((end, index) => bytes.subarray(cuts[index - 1] ?? 0, end));
}

function merge(texts: readonly (readonly Buffer[])[]): { text: string; clashes: string[] } {
  const clashes: string[] = [];
  const merged = new MergedText('prometheus', (name) => clashes.push(name));
  for (const pieces of texts) Array.from(merged.add(pieces));
  return { text: Buffer.concat(merged.pieces).toString(), clashes };
}

const places = fc.array(fc.nat(400), { maxLength: 8 });

it('is the same text, wherever its pieces end', () => {
  fc.assert(
    fc.property(aText, places, fc.boolean(), (text, cuts, hasMark) => {
      expect(merge([cut(hasMark ? `${text}# EOF\n` : text, cuts)])).toEqual({ text, clashes: [] });
    }),
  );
});

it('has the samples of all, under one header each', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(aText, places), { minLength: 1, maxLength: 4 }), (given) => {
      const { text, clashes } = merge(given.map(([one, cuts]) => cut(one, cuts)));
      const linesIn = (one: string) => one.split('\n').filter((line) => line !== '');
      const all = given.flatMap(([one]) => linesIn(one));
      const [headers, samples] = [true, false].map((isHeader) =>
        all.filter((line) => line.startsWith('#') === isHeader),
      );
      expect(linesIn(text).toSorted()).toEqual([...new Set(headers), ...samples!].toSorted());
      expect(clashes).toEqual([]);
      // What stands below a header is of its family.
      let family = '';
      for (const line of linesIn(text)) {
        if (line.startsWith('# TYPE ')) family = line.split(' ')[2]!;
        else if (!line.startsWith('#')) expect(line.startsWith(family)).toBe(true);
      }
    }),
  );
});

it('leaves out what has a name of another', () => {
  const histogram = '# HELP h H.\n# TYPE h histogram\nh_count 1\n';
  const gauge = '# HELP h_count H.\n# TYPE h_count gauge\nh_count 2\n';
  expect(merge([[Buffer.from(histogram)], [Buffer.from(gauge)]])).toEqual({ text: histogram, clashes: ['h_count'] });
});

it('reads lines, wherever pieces end', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('', 'a', 'ü€', 'longer text')), places, (lines, cuts) => {
      const text = lines.map((line) => `${line}\n`).join('');
      expect([...linesOf(cut(text, cuts))]).toEqual(lines);
    }),
  );
});
