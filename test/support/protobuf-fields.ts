/** The fields of one message of Protocol Buffers, by number, as they stand in its bytes. */
export class ProtobufFields {
  private readonly fields = new Map<number, Buffer[]>();

  constructor(message: Buffer) {
    let at = 0;
    const varint = (): number => {
      let value = 0;
      for (let factor = 1; ; factor *= 128) {
        const byte = message[at++];
        if (byte === undefined) throw new SyntaxError('The message ends within a number.');
        value += (byte & 127) * factor;
        if (byte < 128) return value;
      }
    };
    const skip = (length: number) => (at += length);
    while (at < message.length) {
      const tag = varint();
      const start = at;
      const wire = tag & 7;
      if (wire === 0) varint();
      else if (wire === 1) at += 8;
      else if (wire === 2) skip(varint());
      else throw new SyntaxError(`No wire type of this protocol: ${wire}`);
      const content = wire === 2 ? contentOf(message.subarray(start, at)) : message.subarray(start, at);
      this.fields.set(tag >>> 3, [...(this.fields.get(tag >>> 3) ?? []), content]);
    }
  }

  has(field: number): boolean {
    return this.fields.has(field);
  }

  messages(field: number): ProtobufFields[] {
    return (this.fields.get(field) ?? []).map((content) => new ProtobufFields(content));
  }

  message(field: number): ProtobufFields {
    return this.messages(field)[0] ?? new ProtobufFields(Buffer.alloc(0));
  }

  text(field: number): string {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes(field));
  }

  double(field: number): number {
    return this.bytes(field, 8).readDoubleLE();
  }

  /** Of eight bytes, with a sign. */
  fixed(field: number): bigint {
    return this.bytes(field, 8).readBigInt64LE();
  }

  /** Below 128. */
  small(field: number): number {
    return this.bytes(field, 1)[0]!;
  }

  doubles(field: number): number[] {
    return this.eights(field).map((eight) => eight.readDoubleLE());
  }

  fixeds(field: number): bigint[] {
    return this.eights(field).map((eight) => eight.readBigInt64LE());
  }

  private eights(field: number): Buffer[] {
    const packed = this.bytes(field);
    return Array.from({ length: packed.length / 8 }, (_, index) => packed.subarray(index * 8, index * 8 + 8));
  }

  /** Zero where it is left out, as the protocol has it. */
  private bytes(field: number, size = 0): Buffer {
    return this.fields.get(field)?.at(-1) ?? Buffer.alloc(size);
  }
}

/** Without the length before it. */
function contentOf(delimited: Buffer): Buffer {
  const end = delimited.findIndex((byte) => byte < 128);
  return delimited.subarray(end + 1);
}
