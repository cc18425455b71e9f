import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CrewService } from './crew/crew.service';
import { DocsIndex } from './docs/docs-index';

/** They ask about other things than the starter questions do. */
const FIRST_SECTION = 7;

/** Visitors who ask the crew one question after the other, so that the dashboard has something to show. */
@Injectable()
export class Visitors implements OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private asked = 0;

  constructor(
    private readonly crew: CrewService,
    private readonly docs: DocsIndex,
  ) {}

  /** They come about every `intervalMs` milliseconds, whether or not the one before has got an answer. */
  invite(intervalMs: number): void {
    const waitMs = intervalMs * (0.4 + 1.2 * Math.random());
    this.timer = setTimeout(() => {
      this.invite(intervalMs);
      this.asked += 1;
      // What goes wrong is counted, and logged by the crew.
      this.crew.ask(this.question(this.asked)).catch(() => undefined);
    }, waitMs).unref();
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  /** Most are answered, some fail, few take long, and one in a while takes too long. */
  private question(count: number): string {
    const { sections } = this.docs;
    const heading = sections[(FIRST_SECTION * count) % sections.length]?.heading ?? '';
    if (count % 31 === 30) return `What does the section "${'Lorem ipsum '.repeat(24)}" say?`;
    if (count % 9 === 8) return `What does the section "Teleportation ${count}" say?`;
    if (count % 7 === 6) return `Calculate ${count} * (7 + bananas)`;
    if (count % 3 === 2) return `What is ${heading}, and how much is ${count} * 7?`;
    return `What is ${heading}?`;
  }
}
