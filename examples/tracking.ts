import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tool } from '@langchain/core/tools';
import { Controller, Get, Injectable, Module, Query, UseInterceptors } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { tool as aiTool } from 'ai';
import {
  AgentMetricsInterceptor,
  currentExecution,
  type Execution,
  ExecutionTracker,
  MetricsModule,
  SkipTracking,
  ToolMetricsInterceptor,
  TrackAgent,
  trackedTool,
  TrackTool,
} from 'nestjs-agent-metrics';
import { z } from 'zod';

// #region methods
@Injectable()
export class LibraryTools {
  @TrackTool() // counted as "lookUp"
  lookUp(title: string) {
    return `${title}: shelf 4`;
  }
}

@Injectable()
export class Librarian {
  constructor(private readonly tools: LibraryTools) {}

  @TrackAgent() // counted as "Librarian"
  answer(question: string) {
    return this.tools.lookUp(question);
  }
}
// #endregion

// #region classes
@TrackAgent({ id: 'clerk', name: 'The clerk' })
@Injectable()
export class Clerk {
  run(request: string) {
    return `${request}: stamped`;
  }
}

@TrackTool({ methods: ['find', 'reserve'] }) // counted as "find" and "reserve"
@Injectable()
export class Catalogue {
  find(title: string) {
    return `${title}: shelf 4`;
  }

  reserve(title: string) {
    return `${title}: yours until Friday`;
  }
}
// #endregion

// #region langchain
export const search = tool(
  trackedTool('search', ({ query }: { query: string }) => `3 pages about ${query}`),
  { name: 'search', description: 'Searches the web', schema: z.object({ query: z.string() }) },
);
// #endregion

// #region ai-sdk
export const weather = aiTool({
  description: 'Tells the weather',
  inputSchema: z.object({ city: z.string() }),
  execute: trackedTool('weather', ({ city }: { city: string }) => `Sunny in ${city}`),
});
// #endregion

// #region repeats
@Module({ imports: [MetricsModule.forRoot({ measureRepeats: true, onExecution: warnOfCircles })] })
export class WatchedModule {}

function warnOfCircles({ agentId, repeatedCalls = 0 }: Execution) {
  if (repeatedCalls > 3) console.warn(`${agentId} goes in circles: ${repeatedCalls} calls repeated`);
}
// #endregion

// #region tracker
@Injectable()
export class Files {
  constructor(private readonly tracker: ExecutionTracker) {}

  read(path: string) {
    return this.tracker.trackTool('read_file', () => readFile(path, 'utf8'));
  }
}
// #endregion

// #region start
@Injectable()
export class Switchboard {
  constructor(
    private readonly tracker: ExecutionTracker,
    private readonly tools: LibraryTools,
  ) {}

  pickUp(call: EventEmitter) {
    const agent = this.tracker.start({ kind: 'agent', id: 'switchboard' });
    call.on('question', (title: string) => void agent.run(() => this.tools.lookUp(title)));
    call.once('hang-up', () => agent.end());
    call.once('error', (error) => agent.end({ error }));
  }
}
// #endregion

// #region defer
@Injectable()
export class Printer {
  private readonly jobs = new EventEmitter();

  @TrackTool('print')
  print(text: string) {
    const done = currentExecution()?.defer();
    this.jobs.once('printed', () => done?.());
    this.jobs.once('error', (error) => done?.(error));
    return `queued: ${text}`;
  }

  finish() {
    this.jobs.emit('printed');
  }
}
// #endregion

// #region interceptors
@Controller('mail')
@UseInterceptors(AgentMetricsInterceptor.for('mail'))
export class MailController {
  @Get('answer')
  answer(@Query('to') name: string) {
    return `Dear ${name}`;
  }

  @Get('health')
  @SkipTracking()
  health() {
    return 'ok';
  }
}
// #endregion

// #region interceptor-name
const ToolName = Reflector.createDecorator<string>();

const NamedToolInterceptor = ToolMetricsInterceptor.for({
  name: (context) => new Reflector().get(ToolName, context.getHandler()),
  allowed: ['weather', 'tides'],
});

@Controller('coast')
@UseInterceptors(NamedToolInterceptor)
export class CoastController {
  @Get('weather')
  @ToolName('weather')
  read() {
    return 'sunny';
  }
}
// #endregion

@Module({
  imports: [MetricsModule.forRoot()],
  controllers: [MailController, CoastController],
  providers: [LibraryTools, Librarian, Clerk, Catalogue, Files, Switchboard, Printer],
})
export class TrackingModule {}
