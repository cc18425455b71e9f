import { setTimeout } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { MetricsModule, TrackAgent, TrackTool } from 'nestjs-agent-metrics';
import { Counter, Gauge, Histogram } from 'prom-client';

// #region before
const durations = new Histogram({
  name: 'agent_duration_seconds',
  help: 'Duration of agents',
  labelNames: ['agent', 'outcome'],
  buckets: [0.5, 1, 5, 30],
});
const running = new Gauge({ name: 'agents_running', help: 'Agents that run', labelNames: ['agent'] });
const toolCalls = new Counter({ name: 'tool_calls_total', help: 'Tool calls', labelNames: ['tool', 'outcome'] });

@Injectable()
export class HandCountedResearcher {
  async run(question: string) {
    const stop = durations.startTimer({ agent: 'researcher' });
    running.inc({ agent: 'researcher' });
    try {
      const answer = await this.search(question);
      stop({ outcome: 'ok' });
      return answer;
    } catch (error) {
      stop({ outcome: 'failed' });
      throw error;
    } finally {
      running.dec({ agent: 'researcher' });
    }
  }

  private async search(question: string) {
    try {
      const answer = await searchTheWeb(question);
      toolCalls.inc({ tool: 'search', outcome: 'ok' });
      return answer;
    } catch (error) {
      toolCalls.inc({ tool: 'search', outcome: 'failed' });
      throw error;
    }
  }
}

/** Your own call. */
async function searchTheWeb(question: string) {
  await setTimeout(20);
  if (question === '') throw new TypeError('What is the question?');
  return `About ${question}`;
}
// #endregion

// #region after
@Injectable()
export class Researcher {
  @TrackAgent('researcher')
  async run(question: string) {
    return this.search(question);
  }

  @TrackTool('search')
  async search(question: string) {
    return searchTheWeb(question);
  }
}

@Module({
  imports: [MetricsModule.forRoot({ buckets: { agent: [0.5, 1, 5, 30] } })],
  providers: [Researcher],
})
export class CountedModule {}
// #endregion

// #region both
@Module({
  imports: [
    MetricsModule.forRoot({
      onExecution: ({ kind, agentId = '', toolName = '', status, durationSeconds }) => {
        const outcome = status === 'success' ? 'ok' : 'failed';
        if (kind === 'agent') durations.observe({ agent: agentId, outcome }, durationSeconds);
        if (kind === 'tool') toolCalls.inc({ tool: toolName, outcome });
      },
    }),
  ],
  providers: [Researcher],
})
export class OldNamesToo {}
// #endregion
