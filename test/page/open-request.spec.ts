import { RefusedError, type MetricsApi } from '../../src/http/dashboard/page/data/metrics-api.js';
import { OpenRequest } from '../../src/http/dashboard/page/data/open-request.js';

const ID = '1c660e3dfde4-79';

/** Answers in turn: with a request, or with a status. */
function apiOf(...answers: (object | number)[]) {
  const request = jest.fn(async () => {
    const answer = answers.shift();
    if (typeof answer === 'number') throw new RefusedError(answer);
    return answer;
  });
  return { request } as unknown as MetricsApi & { request: jest.Mock };
}

describe('The open request', () => {
  it('is asked for again if one process does not know it and another may', async () => {
    const open = new OpenRequest();
    open.select(ID);
    const api = apiOf(404, { id: ID, status: 'success', executions: [] });
    await open.update(api);
    expect([open.isGone, open.request]).toEqual([true, undefined]);
    await open.update(api);
    expect([open.isGone, open.request?.id]).toEqual([false, ID]);
  });

  it('stays as it was read once it is over', async () => {
    const open = new OpenRequest();
    open.select(ID);
    const api = apiOf({ id: ID, executions: [] }, { id: ID, status: 'success', executions: [] }, 404);
    for (let poll = 0; poll < 4; poll += 1) await open.update(api);
    expect(api.request).toHaveBeenCalledTimes(2);
    expect([open.isGone, open.isSettled]).toEqual([false, true]);
  });

  it('leaves other faults to the connection', async () => {
    const open = new OpenRequest();
    open.select(ID);
    await expect(open.update(apiOf(500))).rejects.toThrow('500');
  });
});
