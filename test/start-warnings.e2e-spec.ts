import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Injectable, type Type } from '@nestjs/common';
import { MetricsModule, TrackAgent, TrackTool } from '../src';
import { runProgram } from './processes/run-program';
import { TestApp } from './support/test-app';

describe('Two copies of prom-client', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'prom-client-copy-'));
    const installed = dirname(require.resolve('prom-client/package.json'));
    cpSync(installed, join(folder, 'node_modules/prom-client'), { recursive: true });
    for (const dependency of ['tdigest', 'bintrees', '@opentelemetry']) {
      symlinkSync(join(installed, '..', dependency), join(folder, 'node_modules', dependency));
    }
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['library', 'application'])('are told of once at start, where the %s has one of its own', async (owner) => {
    const warnings = await runProgram<string[]>('two-prom-clients', owner, folder);
    expect(warnings).toEqual([expect.stringMatching(/two copies of prom-client.*npm dedupe/)]);
    expect(warnings[0]).toContain(join(folder, 'node_modules/prom-client'));
  });

  it('are nothing to tell of where there is one', async () => {
    await expect(runProgram('two-prom-clients', 'nobody', folder)).resolves.toEqual([]);
  });
});

describe('Names of classes that a build has shortened', () => {
  /** An agent and a tool, named after a class and a method that are called so. */
  function crewNamed(className: string, id?: string): Type {
    const crew = {
      [className]: class {
        async run() {}
        async query() {}
      },
    }[className]!;
    const describe = (method: 'run' | 'query') => Object.getOwnPropertyDescriptor(crew.prototype, method)!;
    for (const [method, decorate] of [
      ['run', TrackAgent(id)],
      ['query', TrackTool()],
    ] as const) {
      const descriptor = describe(method);
      decorate(crew.prototype, method, descriptor);
      Object.defineProperty(crew.prototype, method, descriptor);
    }
    Injectable()(crew);
    return crew;
  }

  const warningsOf = async (...providers: Type[]) => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot()], providers });
    return app.logger.warnings;
  };

  it.each(['t', 'e2', '_a', '$'])('are told of once at start: %s', async (className) => {
    const warnings = await warningsOf(crewNamed(className), crewNamed('u'));
    expect(warnings).toEqual([expect.stringContaining(`An agent is counted as "${className}"`)]);
    expect(warnings[0]).toContain('keepNames');
  });

  it('are told of where an agent inherits its decorator', async () => {
    const inheriting = { q: class extends crewNamed('Bot') {} }.q;
    Injectable()(inheriting);
    expect(await warningsOf(inheriting)).toEqual([expect.stringContaining('An agent is counted as "q"')]);
  });

  it('are nothing to tell of where they are long, or where the agent has an id', async () => {
    expect(await warningsOf(crewNamed('Bot'), crewNamed('t', 'researcher'))).toEqual([]);
  });
});
