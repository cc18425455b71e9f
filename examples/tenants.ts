import { Controller, Get, Headers, Injectable, Module } from '@nestjs/common';
import type { Job } from 'bullmq';
import { ClsModule, ClsServiceManager } from 'nestjs-cls';
import { MetricsCollector, MetricsModule, TrackAgent, type ExecutionListener } from 'nestjs-agent-metrics';
import type { IncomingMessage } from 'node:http';

// #region cls
@Injectable()
export class Researcher {
  constructor(private readonly metrics: MetricsCollector) {}

  @TrackAgent('researcher')
  run(question: string): string {
    this.metrics.recordModelCall({ model: 'gpt-4o', inputTokens: 1_000, outputTokens: 100 });
    return `${question} answered`;
  }
}

@Controller()
export class QuestionController {
  constructor(private readonly researcher: Researcher) {}

  @Get('questions')
  ask(): string {
    return this.researcher.run('tea');
  }
}

const pricing = { 'gpt-4o': { inputPerMillion: 2.5, outputPerMillion: 10 } };

@Module({
  imports: [
    ClsModule.forRoot({
      global: true,
      middleware: {
        mount: true,
        setup: (cls, request: IncomingMessage) => cls.set('tenant', request.headers['x-tenant']),
      },
    }),
    MetricsModule.forRoot({
      pricing,
      breakdown: { by: 'tenant', value: () => ClsServiceManager.getClsService().get('tenant') },
    }),
  ],
  controllers: [QuestionController],
  providers: [Researcher],
})
export class ClsTenantsModule {}
// #endregion

// #region header
@Controller()
export class AnswerController {
  constructor(private readonly researcher: Researcher) {}

  @TrackAgent('answers')
  @Get('answers')
  answer(@Headers('x-tenant') tenant: string): string {
    return this.researcher.run(`What ${tenant} asks`);
  }
}

@Module({
  imports: [MetricsModule.forRoot({ pricing, breakdown: { by: 'tenant', value: ([tenant]: [string]) => tenant } })],
  controllers: [AnswerController],
  providers: [Researcher],
})
export class HeaderTenantsModule {}
// #endregion

// #region job
interface Question {
  readonly tenant: string;
  readonly text: string;
}

@Injectable()
export class QuestionProcessor {
  constructor(private readonly researcher: Researcher) {}

  @TrackAgent('questions')
  process({ data }: Job<Question>): string {
    return this.researcher.run(data.text);
  }
}

export const tenantOfJob = ([job]: [Job<Question>]) => job.data.tenant;

@Module({
  imports: [MetricsModule.forRoot({ pricing, breakdown: { by: 'tenant', value: tenantOfJob } })],
  providers: [QuestionProcessor, Researcher],
})
export class JobTenantsModule {}
// #endregion

// #region bill
/** Charges the tenant of each model call; one that belongs to none is on the house. */
export function chargeTenants(charge: (tenant: string, costUsd: number) => void): ExecutionListener {
  return ({ kind, breakdown, costUsd }) => {
    if (kind === 'model' && breakdown?.value !== undefined) charge(breakdown.value, costUsd ?? 0);
  };
}
// #endregion

// #region read
export function costOfTenant(metrics: MetricsCollector, tenant: string): number {
  return metrics.getBreakdown()?.values[tenant]?.tokenUsage.costUsd ?? 0;
}
// #endregion
