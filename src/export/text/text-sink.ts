import { isAscii } from 'node:buffer';

/** Where a text goes, piece by piece; none ends within a character. */
export interface TextSink {
  /** How long a piece becomes. */
  readonly pieceBytes: number;
  /** Memory for the next piece. */
  room(): Buffer;
  /** The next piece, in the memory that was given for it unless it was too long for that. */
  take(piece: Buffer): void;
}

/** Longer than a piece by what a few series may have. */
const MARGIN_BYTES = 16_384;
const SHORT_PIECE_BYTES = 49_152;

/** From 1,031,913 bytes on Node keeps a string of ASCII in memory of its own (`EXTERN_APEX` in its `string_bytes.cc`). */
const LONG_PIECE_BYTES = 1_048_576;

/**
 * A text that is already so long goes on in long pieces: in short ones alone, that of 10,000 tools takes 1.2 times as long.
 * Where no long pieces are in use yet, they cost more than short ones.
 */
const LONG_PIECES_FROM = 8 * LONG_PIECE_BYTES;

/**
 * Makes a string. V8 keeps its pieces until it is read as a whole. In one piece it would be new memory each time,
 * which takes longer to come by than the text to write; so do pieces of a size between these two.
 */
export class StringSink implements TextSink {
  text = '';
  pieceBytes = SHORT_PIECE_BYTES;
  private bytes = Buffer.allocUnsafe(SHORT_PIECE_BYTES + MARGIN_BYTES);

  room(): Buffer {
    return this.bytes;
  }

  take(piece: Buffer): void {
    // Most is ASCII. Read as UTF-8, the text of 10,000 tools takes 1.4 times as long; that of 1,000 takes no longer.
    this.text += piece.toString(isAscii(piece) ? 'latin1' : 'utf8');
    if (this.pieceBytes === SHORT_PIECE_BYTES && this.text.length > LONG_PIECES_FROM) {
      this.pieceBytes = LONG_PIECE_BYTES;
      this.bytes = Buffer.allocUnsafe(LONG_PIECE_BYTES + MARGIN_BYTES);
    }
  }
}

/** Makes bytes. They stay in pieces: so much new memory at once would keep the event loop for longer than the writing. */
export class BytesSink implements TextSink {
  readonly pieceBytes = SHORT_PIECE_BYTES;
  readonly pieces: Buffer[] = [];

  room(): Buffer {
    return Buffer.allocUnsafe(SHORT_PIECE_BYTES + MARGIN_BYTES);
  }

  take(piece: Buffer): void {
    this.pieces.push(piece);
  }
}
