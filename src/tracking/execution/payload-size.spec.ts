import { Readable } from 'node:stream';
import { of } from 'rxjs';
import { payloadBytes } from './payload-size';

describe('payloadBytes', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const throwing = {
    toJSON() {
      throw new Error('no');
    },
  };

  const revocable = Proxy.revocable({}, {});
  revocable.revoke();

  it.each<[what: string, value: unknown, bytes: number]>([
    ['text, in UTF-8', 'grün', 5],
    ['an empty text', '', 0],
    ['a Buffer', Buffer.alloc(7), 7],
    ['a typed array', new Float64Array(2), 16],
    ['an ArrayBuffer', new ArrayBuffer(3), 3],
    ['a Blob', new Blob(['abcd']), 4],
    ['an object, as JSON', { a: 1 }, 7],
    ['a number', 12.5, 4],
    ['null', null, 4],
    ['undefined', undefined, 0],
    ['a function', () => 1, 0],
    ['a BigInt', 10n, 0],
    ['an object with a BigInt', { a: 1n }, 0],
    ['a circular object', circular, 0],
    ['an object whose toJSON throws', throwing, 0],
    ['a revoked proxy', revocable.proxy, 0],
    ['a promise', Promise.resolve('abc'), 0],
    ['a stream', Readable.from(['abc']), 0],
    ['an Observable', of('abc'), 0],
    ['a page of results', { next: '/2', then: 1 }, 22],
    ['a signal', AbortSignal.abort(), 0],
  ])('of %s', (_what, value, bytes) => {
    expect(payloadBytes(value)).toBe(bytes);
  });
});
