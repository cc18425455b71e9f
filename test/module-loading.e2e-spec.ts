import { Test } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { MetricsCollector, MetricsModule, TrackTool } from '../src';
import { runProgram } from './processes/run-program';

class Search {
  @TrackTool('search')
  find(text: string): string {
    return text.toUpperCase();
  }
}

describe('The index of the package', () => {
  it('loads nothing that only an application needs', async () => {
    expect(await runProgram<string[]>('loaded-rooms')).toEqual([]);
  });
});

describe('An application whose files are replaced while it runs', () => {
  it('answers as before', async () => {
    const statuses = await runProgram<Record<string, number>>('replaced-files');
    expect(Object.keys(statuses)).toHaveLength(12);
    expect(Object.entries(statuses).filter(([, status]) => status !== 200)).toEqual([]);
  });
});

describe('An application that starts after a test runner has reset all modules', () => {
  let app: NestExpressApplication;
  let http: ReturnType<typeof request>;

  beforeAll(async () => {
    jest.resetModules();
    const imports = [MetricsModule.forRoot({ defaultMetrics: false })];
    const module = await Test.createTestingModule({ imports, providers: [Search] }).compile();
    app = await module.createNestApplication<NestExpressApplication>({ logger: false }).init();
    app.get(Search).find('tea');
    http = request(app.getHttpServer());
  });

  afterAll(() => app.close());

  it('counts', () => expect(app.get(MetricsCollector).getToolMetrics('search')?.executionCount).toBe(1));

  it('answers in every format', async () => {
    const text = await http.get('/metrics').query({ format: 'prometheus' }).expect(200);
    expect(text.text).toMatch(/^crew_tool_executions_total\{[^}]*"search"[^}]*"success"[^}]*\} 1$/m);
    const document = await http.get('/metrics').query({ format: 'json' }).expect(200);
    expect(document.body).toMatchObject({ tool_metrics: { search: { success_count: 1 } } });
    await http.get('/metrics/trends').expect(200);
    await http.get('/metrics/requests').expect(200);
    await http.get('/metrics/dashboard').expect(200);
  });

  it('refuses with the exceptions of its own Nest', async () => {
    const refused = await http.get('/metrics/history').query({ limit: 'many' }).expect(400);
    expect(refused.body).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message: 'Query parameter "limit" must be a whole number from 0.',
    });
    await http.get('/metrics/requests/unknown').expect(404);
    await http.get('/metrics/dashboard/shell/unknown.js').expect(404);
    await http.get('/metrics/fleet').expect(404);
  });
});
