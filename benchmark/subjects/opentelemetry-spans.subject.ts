import { context, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { AGENT, type SubjectFactory, type Tool } from '../harness/subject';

/** Takes spans and sends them nowhere: what sending costs is the exporter's. */
const exporter: SpanExporter = {
  export: (_spans, done) => done({ code: 0 }),
  async shutdown() {},
};

function spannedTool(tracer: Tracer, name: string): Tool {
  class SpannedTool implements Tool {
    query(text: string): Promise<number> {
      return tracer.startActiveSpan(name, { attributes: { agent: AGENT, tool: name } }, async (span) => {
        try {
          return text.length;
        } finally {
          span.end();
        }
      });
    }
  }
  return new SpannedTool();
}

/** A span for each call of a tool, within one for the agent, every one of them sampled. */
export const start: SubjectFactory = async ({ tools }) => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const sampled = { sampler: new AlwaysOnSampler(), spanProcessors: [new BatchSpanProcessor(exporter)] };
  const provider = new BasicTracerProvider(sampled);
  const tracer = provider.getTracer('benchmark');
  return {
    tools: tools.map((name) => spannedTool(tracer, name)),
    runAgent: (fn) => tracer.startActiveSpan(AGENT, (span) => fn().finally(() => span.end())),
    close: () => provider.shutdown(),
  };
};
