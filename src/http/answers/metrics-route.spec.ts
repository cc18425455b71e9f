import * as v from 'valibot';
import { defineRoute, findRoute } from './metrics-route';
import { Refusal } from './refusal';

const routes = ['', 'requests', 'requests/latest', 'requests/:id', 'requests/:id/spans/:span'].map((path) =>
  defineRoute({ name: path, path, query: v.unknown(), answer: async () => ({ contentType: path, body: [] }) }),
);

describe('findRoute', () => {
  it.each<[asked: string, path: string, params: Record<string, string>]>([
    ['', '', {}],
    ['requests', 'requests', {}],
    ['requests/latest', 'requests/latest', {}],
    ['requests/7', 'requests/:id', { id: '7' }],
    ['requests/a%2Fb%20c', 'requests/:id', { id: 'a/b c' }],
    ['requests/7/spans/8', 'requests/:id/spans/:span', { id: '7', span: '8' }],
    ['requests/__proto__', 'requests/:id', { id: '__proto__' }],
  ])('finds at %j the route %j', (asked, path, params) => {
    const match = findRoute(routes, asked);
    expect([match?.route.path, match?.params]).toEqual([path, params]);
  });

  it.each(['requests/', 'requests/7/', 'requests/7/spans', 'requests//spans/8', 'Requests', ':id', '/'])(
    'finds none at %j',
    (asked) => expect(findRoute(routes, asked)).toBeUndefined(),
  );

  it('refuses a parameter that cannot be decoded', () => {
    expect(() => findRoute(routes, 'requests/%E0%A4%A')).toThrow(Refusal);
  });
});
