const LINE_FEED = 0x0a;

/** The lines of a text that comes in pieces, without their ends. The last one has an end, too. */
export function* linesOf(pieces: Iterable<Buffer>): Generator<string> {
  let begun: Buffer[] = [];
  for (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(LINE_FEED); end >= 0; end = piece.indexOf(LINE_FEED, from)) {
      const rest = piece.subarray(from, end);
      yield begun.length === 0 ? rest.toString() : Buffer.concat([...begun, rest]).toString();
      begun = [];
      from = end + 1;
    }
    if (from < piece.length) begun.push(piece.subarray(from));
  }
}
