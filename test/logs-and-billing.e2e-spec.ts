import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { writeBill } from '../examples/logs-and-billing';
import { CollectionApp } from './support/collection-app';

interface Line {
  readonly msg: string;
  readonly agentId?: string;
  readonly costUsd?: number;
}

describe('docs/logs-and-billing.md', () => {
  it('has a line a request, which add up to what /metrics says', async () => {
    const out = new PassThrough();
    const pricing = { 'gpt-4o': { inputPerMillion: 2.5, outputPerMillion: 10 } };
    const { metrics, tracker } = await CollectionApp.start({ pricing, onExecution: writeBill(pino(out)) });
    const call = (tokens: number) => metrics.recordModelCall({ model: 'gpt-4o', inputTokens: tokens, outputTokens: 7 });
    for (let request = 0; request < 50; request += 1) {
      tracker.trackAgent('researcher', () => {
        call(1_000 + request);
        tracker.trackAgent('writer', () => tracker.trackTool('draft', () => call(333 * request)));
      });
    }
    call(999);
    out.end();

    const lines = (await text(out))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const billed = lines.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0);
    const requests = lines.filter(({ msg }) => msg === 'request');
    expect(lines.at(-1)).toMatchObject({ msg: 'model call', model: 'gpt-4o', tokens: 1_006 });
    expect([lines.length, requests.length]).toEqual([51, 50]);
    expect(new Set(requests.map(({ agentId }) => agentId))).toEqual(new Set(['researcher']));
    expect(billed).toBeCloseTo(metrics.getSystemMetrics().tokenUsage.costUsd, 9);
    expect(billed).toBeGreaterThan(1);
  });
});
