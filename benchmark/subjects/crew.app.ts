import { setImmediate } from 'node:timers/promises';
import { Controller, Get, Injectable, Module, type DynamicModule } from '@nestjs/common';
import { TrackAgent, TrackTool } from 'nestjs-agent-metrics';
import type { Subject } from '../harness/subject';
import { listen } from './listen';

const TEXT = 'what is measured, and beside whom';

// Decorated in any case: without the module in the application the methods run as if undecorated.

@Injectable()
class SearchTool {
  @TrackTool('search')
  async query(text: string) {
    await setImmediate();
    return text.split(' ');
  }
}

@Injectable()
class CalculateTool {
  @TrackTool('calculate')
  async evaluate(words: readonly string[]) {
    return words.reduce((sum, word) => sum + word.length, 0);
  }
}

@Injectable()
class ResearcherAgent {
  constructor(
    private readonly search: SearchTool,
    private readonly calculator: CalculateTool,
  ) {}

  @TrackAgent('researcher')
  async run(question: string) {
    const found = await Promise.all([this.search.query(question), this.search.query(TEXT)]);
    return this.calculator.evaluate(found.flat());
  }
}

@Injectable()
class WriterAgent {
  @TrackAgent('writer')
  async run(length: number) {
    await setImmediate();
    return { answer: `${length} letters` };
  }
}

@Controller('ask')
class CrewController {
  constructor(
    private readonly researcher: ResearcherAgent,
    private readonly writer: WriterAgent,
  ) {}

  @Get()
  @TrackAgent('crew')
  async ask() {
    return this.writer.run(await this.researcher.run(TEXT));
  }
}

/** A crew like the demo's: a request is three agents and three tools. */
export async function startCrew(imports: DynamicModule[] = []): Promise<Subject> {
  @Module({
    imports,
    controllers: [CrewController],
    providers: [ResearcherAgent, WriterAgent, SearchTool, CalculateTool],
  })
  class AppModule {}

  const { app, url } = await listen(AppModule);
  return { url: `${url}/ask`, close: () => app.close() };
}
