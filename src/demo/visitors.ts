import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CrewService } from './crew/crew.service';
import { DocsIndex } from './docs/docs-index';

/** Few enough that a question comes again while the cache still has it. */
const SECTIONS = 40;

/** Traffic: asks the crew questions, so that the dashboard has something to show. */
@Injectable()
export class Visitors implements OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private asked = 0;

  constructor(
    private readonly crew: CrewService,
    private readonly docs: DocsIndex,
  ) {}

  /** Asks three questions at once, one after the other, then one every `intervalMs` milliseconds; 0 for none. */
  async invite(intervalMs: number): Promise<void> {
    for (const question of [this.nextQuestion(), this.nextQuestion(), 'Calculate 6 * (7 + bananas)']) {
      await this.ask(question);
    }
    if (intervalMs > 0) this.timer = setInterval(() => void this.ask(this.nextQuestion()), intervalMs).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** What goes wrong is counted and logged. */
  private async ask(question: string): Promise<void> {
    await this.crew.ask(question).catch(() => undefined);
  }

  /** Most are answered, some fail, and one in a while takes too long. */
  private nextQuestion(): string {
    const count = ++this.asked;
    const sections = this.docs.sections.slice(0, SECTIONS);
    const heading = sections[(7 * count) % sections.length]?.heading;
    if (count % 31 === 30) return `Ask an expert about ${heading}`;
    if (count % 9 === 8) return `What does the section "Teleportation ${count}" say?`;
    if (count % 7 === 6) return `Calculate ${count} * (7 + bananas)`;
    if (count % 3 === 2) return `What is ${heading}, and how much is ${count} * 7?`;
    return `What is ${heading}?`;
  }
}
