import { AIMessage } from '@langchain/core/messages';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { fakeModel } from 'langchain';
import { MetricsCollector } from 'nestjs-agent-metrics';
import { settled } from 'nestjs-agent-metrics/testing';
import { CHAT_MODEL, ForecastModule } from '../../examples/adapters/langchain';
import { seenRecords } from './kit/records';

let app: INestApplication;

beforeEach(async () => {
  const model = fakeModel()
    .respondWithTools([{ name: 'weather', args: { city: 'Oslo' }, id: '1' }])
    .respond(new AIMessage('Take an umbrella.'));
  const module = await Test.createTestingModule({ imports: [ForecastModule] })
    .overrideProvider(CHAT_MODEL)
    .useValue(model)
    .setLogger({ log() {}, warn() {}, error() {} })
    .compile();
  app = module.createNestApplication();
  await app.listen(0, '127.0.0.1');
});

afterEach(() => app.close());

it('streams the answer of a graph, and counts what it took', async () => {
  // A fake model that calls tools repeats the question.
  const response = await fetch(`${await app.getUrl()}/forecast?q=${encodeURIComponent('What about Oslo?')}`);
  expect(await response.text()).toBe('What about Oslo?Take an umbrella.');
  await settled(app);
  const records = seenRecords(app.get(MetricsCollector).getHistory()).reverse();
  expect(records.map(({ kind, name, parent }) => [kind, name, parent])).toEqual([
    ['model', 'FakeBuiltModel', 'forecaster'],
    ['tool', 'weather_api', 'weather'],
    ['tool', 'weather', 'forecaster'],
    ['model', 'FakeBuiltModel', 'forecaster'],
    ['agent', 'forecaster', undefined],
  ]);
});
