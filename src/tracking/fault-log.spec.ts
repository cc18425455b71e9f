import { FaultLog } from './fault-log';

const logger = { warn: jest.fn(), error: jest.fn() };
const refuse = () => {
  throw new Error('not even this');
};

beforeEach(() => jest.resetAllMocks());

describe('FaultLog', () => {
  it('logs each kind of trouble once, and a fault apart from a warning', () => {
    const faults = new FaultLog(logger);
    for (let i = 0; i < 3; i += 1) {
      faults.warnOnce('name', 'The name is odd.');
      faults.report('name', new RangeError('too odd'));
    }
    expect(logger.warn.mock.calls).toEqual([['The name is odd.']]);
    expect(logger.error.mock.calls).toEqual([
      [
        'Tracking failed at "name"; the call goes on. Further faults there are not logged.',
        expect.stringContaining('RangeError: too odd') as string,
      ],
    ]);
  });

  it('is bounded also where a kind has a name from outside in it', () => {
    const faults = new FaultLog(logger);
    for (let i = 0; i < 10_000; i += 1) faults.warnOnce(`invented ${i}`, 'Again.');
    expect(logger.warn).toHaveBeenCalledTimes(500);
  });

  it.each<[string, unknown, string]>([
    ['an error without a stack', Object.assign(new Error('no stack'), { stack: undefined }), 'no stack'],
    ['what is no error', { code: 7 }, '{ code: 7 }'],
    [
      'an error that cannot be read',
      Object.defineProperty(new Error(), 'stack', { get: refuse }),
      'a value of type object that cannot be shown',
    ],
    ['a proxy that refuses everything', new Proxy({}, { get: refuse, getPrototypeOf: refuse, ownKeys: refuse }), '{}'],
  ])('says something of %s', (_what, fault, detail) => {
    new FaultLog(logger).report('step', fault);
    expect(logger.error).toHaveBeenCalledWith(expect.any(String), expect.stringContaining(detail));
  });

  it('harms nobody where the logger throws', () => {
    logger.error.mockImplementation(refuse);
    logger.warn.mockImplementation(refuse);
    const faults = new FaultLog(logger);
    expect(faults.guard('step', refuse)).toBeUndefined();
    expect(faults.guard('answer', () => Promise.resolve(1))).toBeUndefined();
  });

  it('hands on what a step answers, a promise only where it is asked for', async () => {
    const faults = new FaultLog(logger);
    expect(faults.guard('step', () => 42)).toBe(42);
    expect(faults.guard('step', () => null)).toBeNull();
    expect(faults.guard('step', () => Promise.resolve(42))).toBeUndefined();
    await expect(faults.attempt('step', () => Promise.resolve(42))).resolves.toBe(42);
  });
});
