import {
  Catch,
  Controller,
  Get,
  GatewayTimeoutException,
  Injectable,
  Module,
  Query,
  type ArgumentsHost,
} from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter } from '@nestjs/core';
import { ExponentialBackoff, handleAll, retry } from 'cockatiel';
import { currentExecution, ExecutionTimeoutError, MetricsModule, TrackAgent, TrackTool } from 'nestjs-agent-metrics';
import pRetry from 'p-retry';

// #region fetch
@Injectable()
export class PageTool {
  @TrackTool({ name: 'fetch_page', timeoutMs: 2_000 })
  async fetchPage(url: string) {
    const response = await fetch(url, { signal: currentExecution()?.signal });
    return response.text();
  }
}
// #endregion

// #region catch
@Injectable()
export class Researcher {
  constructor(private readonly pages: PageTool) {}

  @TrackAgent('researcher')
  async run(urls: readonly string[]) {
    const found: string[] = [];
    for (const url of urls) {
      try {
        found.push(await this.pages.fetchPage(url));
      } catch (error) {
        if (!(error instanceof ExecutionTimeoutError)) throw error;
        if (error.sequence) break; // no time left for any tool
      }
    }
    return found;
  }
}
// #endregion

// #region p-retry
@Injectable()
export class SearchTool {
  @TrackTool('search')
  async search(url: string) {
    const execution = currentExecution();
    const attempt = async (number: number) => {
      if (number > 1) execution?.recordRetry();
      return fetchText(url, execution?.signal);
    };
    return pRetry(attempt, { retries: 3, minTimeout: 50, signal: execution?.signal });
  }
}

async function fetchText(url: string, signal: AbortSignal | undefined) {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}
// #endregion

// #region cockatiel
const policy = retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff({ initialDelay: 50 }) });
policy.onRetry(() => currentExecution()?.recordRetry());

@Injectable()
export class QuoteTool {
  @TrackTool('quote')
  async quote(url: string) {
    return policy.execute(({ signal }) => fetchText(url, signal), currentExecution()?.signal);
  }
}
// #endregion

// #region pause
/** Asks a human, who may answer hours later. */
export abstract class Reviewer {
  abstract approve(text: string): Promise<boolean>;
}

@Injectable()
export class PublishTool {
  constructor(private readonly reviewer: Reviewer) {}

  @TrackTool({ name: 'publish', timeoutMs: 5_000 })
  async publish(text: string) {
    const resume = currentExecution()?.pause();
    const isApproved = await this.reviewer.approve(text).finally(() => resume?.());
    return isApproved ? `published: ${text}` : 'rejected';
  }
}
// #endregion

// #region filter
@Catch(ExecutionTimeoutError)
export class TimeoutFilter extends BaseExceptionFilter {
  override catch(error: ExecutionTimeoutError, host: ArgumentsHost) {
    super.catch(new GatewayTimeoutException(error.message), host);
  }
}
// #endregion

@Controller('page')
export class PageController {
  constructor(private readonly pages: PageTool) {}

  @Get()
  page(@Query('url') url: string) {
    return this.pages.fetchPage(url);
  }
}

// #region module
export const withLimits = MetricsModule.forRoot({
  timeouts: {
    agentMs: 60_000, // each agent execution
    toolMs: 10_000, // each tool call
    perTool: { search: 5_000, ask_human: 0 }, // by name; 0 is no limit
    sequenceMs: 30_000, // all tools of one agent execution together
  },
});
// #endregion

@Module({
  imports: [withLimits],
  controllers: [PageController],
  providers: [
    { provide: APP_FILTER, useClass: TimeoutFilter },
    PageTool,
    Researcher,
    SearchTool,
    QuoteTool,
    PublishTool,
    { provide: Reviewer, useValue: { approve: async () => true } },
  ],
})
export class TimeoutsModule {}
