import { Injectable, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MetricsCollector, MetricsModule, TrackAgent, TrackTool, type ToolOptions } from 'nestjs-agent-metrics';
import { AGENT, type SubjectFactory, type Tool } from '../harness/subject';

@Injectable()
class CrewAgent {
  @TrackAgent(AGENT)
  run<Result>(fn: () => Promise<Result>): Promise<Result> {
    return fn();
  }
}

/** A provider with one decorated tool. */
export function toolClass(options: ToolOptions): Type<Tool> {
  @Injectable()
  class BenchmarkTool implements Tool {
    @TrackTool(options)
    async query(text: string): Promise<number> {
      return text.length;
    }
  }
  return BenchmarkTool;
}

/** This library, through its public names. Without the async context a tool's decorator names its agent. */
export const start: SubjectFactory = async ({ tools: names, options }) => {
  const agent = options.asyncContext === false ? AGENT : undefined;
  const classes = names.map((name) => toolClass({ name, agent }));

  @Module({
    imports: [MetricsModule.forRoot({ endpoint: false, defaultMetrics: false, maxSeries: 100_000, ...options })],
    providers: [CrewAgent, ...classes],
  })
  class AppModule {}

  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'fatal'] });
  const collector = app.get(MetricsCollector);
  const crew = app.get(CrewAgent);
  return {
    record: ({ agent: agentId, tool: toolName }, durationMs) =>
      collector.recordToolExecution({ toolName, agentId, durationMs, status: 'success' }),
    tools: classes.map((tool) => app.get(tool)),
    runAgent: agent === undefined ? (fn) => crew.run(fn) : undefined,
    render: () => collector.exportMetrics('prometheus'),
    document: () => collector.exportMetrics('json'),
    reset: () => collector.reset(),
    close: () => app.close(),
  };
};
