import { channel } from 'node:diagnostics_channel';
import { EXECUTION_CHANNEL, ExecutionPublisher } from './execution-publisher';
import type { FinishedExecution } from './finished-execution';

/** An execution that nobody may look at. */
const UNREAD = new Proxy({} as FinishedExecution, {
  get: (_, field) => {
    throw new Error(`${String(field)} was read`);
  },
});

describe('An execution that nobody listens for', () => {
  const onFault = jest.fn();
  const publisher = new ExecutionPublisher(undefined, onFault);

  it('is not even read', () => {
    expect(() => publisher.publish(UNREAD, 'a')).not.toThrow();
  });

  it('is read again once somebody subscribes, and no more when nobody does', () => {
    const subscriber = jest.fn();
    channel(EXECUTION_CHANNEL).subscribe(subscriber);
    expect(() => publisher.publish(UNREAD, 'a')).toThrow('was read');
    channel(EXECUTION_CHANNEL).unsubscribe(subscriber);
    expect(() => publisher.publish(UNREAD, 'a')).not.toThrow();
  });
});
