import { byName } from '../../collection/reading/by-name';
import { documentOf } from './json-document';

describe('documentOf', () => {
  it('writes names in snake_case', () => {
    expect(documentOf({ id: 'x', agentId: 'a', p95Seconds: 1, costUsd: 2, timedOut: false })).toEqual({
      id: 'x',
      agent_id: 'a',
      p95_seconds: 1,
      cost_usd: 2,
      timed_out: false,
    });
  });

  it('writes milliseconds in the form of Go and in seconds', () => {
    expect(documentOf({ totalDurationMs: 1_500 })).toEqual({ total_duration: '1.5s', total_duration_seconds: 1.5 });
  });

  it('writes null for what is undefined, and times as they are', () => {
    const startTime = new Date(0);
    expect(documentOf({ parentId: undefined, lastUpdated: null, startTime })).toEqual({
      parent_id: null,
      last_updated: null,
      start_time: startTime,
    });
  });

  it('goes into objects and lists', () => {
    const points = [{ startTime: 1 }, { startTime: 2 }];
    expect(documentOf({ tokenUsage: { totalTokens: 3 }, points })).toEqual({
      token_usage: { total_tokens: 3 },
      points: [{ start_time: 1 }, { start_time: 2 }],
    });
  });

  it('leaves the names that users gave', () => {
    const agents = byName(
      [['webSearchMs', { errorRate: 1 }] as const, ['__proto__', { errorRate: 2 }] as const],
      (trend) => trend,
    );
    const written = JSON.stringify(documentOf({ agents }));
    expect(written).toBe('{"agents":{"webSearchMs":{"error_rate":1},"__proto__":{"error_rate":2}}}');
  });
});
