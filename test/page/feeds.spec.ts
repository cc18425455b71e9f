import type { Execution, MetricsDocument } from '../../src/http/dashboard/page/data/documents';
import { CallLog } from '../../src/http/dashboard/page/data/call-log.js';
import { FailureFeed } from '../../src/http/dashboard/page/data/failure-feed.js';
import { RefusedError, type MetricsApi } from '../../src/http/dashboard/page/data/metrics-api.js';
import { RequestsFeed } from '../../src/http/dashboard/page/data/requests-feed.js';
import { parseView } from '../../src/http/dashboard/page/data/view-state.js';

const refusing = (status: number) =>
  ({ requests: () => Promise.reject(new RefusedError(status)) }) as unknown as MetricsApi;

describe('The requests that the page has', () => {
  const view = parseView('#min=abc');

  it('are none if the address is invalid', async () => {
    const feed = new RequestsFeed();
    await feed.update(refusing(400), view);
    expect([feed.answers(view), feed.requests, feed.isOff]).toEqual([true, [], false]);
  });

  it('are none if the server keeps none', async () => {
    const feed = new RequestsFeed();
    await feed.update(refusing(404), view);
    expect([feed.requests, feed.isOff]).toEqual([[], true]);
  });

  it('are unknown if the server refuses, or does not answer', async () => {
    const feed = new RequestsFeed();
    await expect(feed.update(refusing(401), view)).rejects.toThrow('401');
    await expect(feed.update({} as MetricsApi, view)).rejects.toThrow(TypeError);
    expect(feed.answers(view)).toBe(false);
  });
});

describe('The failures that the page has', () => {
  it('are those of one name, whatever is selected next', async () => {
    const feed = new FailureFeed();
    const search = { kind: 'tool', name: 'search' } as const;
    feed.select(search);
    expect(feed.answers(search)).toBe(false);
    await feed.update({ history: () => Promise.resolve([]) } as unknown as MetricsApi);
    expect(feed.answers({ ...search })).toBe(true);
    expect(feed.answers({ ...search, kind: 'agent' })).toBe(false);
    expect(feed.answers({ ...search, name: 'fetch' })).toBe(false);
  });
});

describe('The calls that the page has seen', () => {
  const agent = (name: string, parent: string | null = null) =>
    ({
      id: name,
      kind: 'agent',
      agent_id: name,
      parent_id: parent,
      request_id: parent ?? name,
    }) as unknown as Execution;
  const model = (name: string, caller: string) =>
    ({ id: name, kind: 'model', model: name, agent_id: caller, parent_id: caller }) as unknown as Execution;

  it('are between names that are counted, not between all names that have come', () => {
    const calls = new CallLog();
    const known = {
      agent_metrics: { desk: {}, ['__proto__']: {}, __other__: {} },
      model_metrics: { gpt: {} },
    } as unknown as MetricsDocument;
    calls.add(
      [agent('desk'), agent('__proto__', 'desk'), agent('user 1', 'desk'), agent('constructor', 'user 1')],
      known,
    );
    calls.add([agent('desk', 'user 1'), model('gpt', 'desk'), model('other', 'desk'), model('gpt', 'user 1')], known);
    expect([...calls.agents]).toEqual([['desk', new Set(['__proto__'])]]);
    expect([...calls.models]).toEqual([['desk', new Set(['gpt'])]]);
    expect([...calls.called]).toEqual(['__proto__', 'desk']);
    expect([...calls.outermost]).toEqual(['desk']);
  });
});
