import { Injectable, Scope } from '@nestjs/common';
import { TrackAgent, TrackTool } from '../../src';

/** A crew that a test compiles itself: every kind of class member that compilers treat in their own ways. */
@Injectable({ scope: Scope.TRANSIENT })
export class Search {
  readonly #outcome = 'found';
  suffix = '!';

  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} ${this.#outcome}${this.suffix}`;
  }

  @TrackTool('list')
  *list(): Generator<string> {
    yield 'tea';
  }

  @TrackTool('version')
  static version(): number {
    return 1;
  }
}

@Injectable()
export class Researcher {
  constructor(private readonly search: Search) {}

  @TrackAgent()
  async run(text: string): Promise<string> {
    Search.version();
    return `${[...this.search.list()].join()}: ${await this.search.query(text)}`;
  }
}
