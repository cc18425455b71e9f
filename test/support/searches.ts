import { Controller, forwardRef, Get, Inject, Injectable, Module, Query, Scope } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { TrackTool } from '../../src';

// The same tool in every form that a provider can have. Each finds `<text> found`, and is counted as `search`.

@Injectable()
export class Search {
  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} found`;
  }
}

@Injectable({ scope: Scope.REQUEST })
export class RequestSearch {
  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} found`;
  }
}

@Injectable({ scope: Scope.TRANSIENT })
export class TransientSearch {
  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} found`;
  }
}

@Injectable({ scope: Scope.REQUEST, durable: true })
export class DurableSearch {
  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} found`;
  }
}

@Injectable()
export class TransientOwner {
  constructor(readonly search: TransientSearch) {}
}

export const QUERY = Symbol('query');

@Injectable()
export class SymbolSearch {
  @TrackTool('search')
  async [QUERY](text: string): Promise<string> {
    return `${text} found`;
  }
}

@Injectable()
export class PrivateSearch {
  readonly #suffix = 'found';

  @TrackTool('search')
  async query(text: string): Promise<string> {
    return this.#complete(text);
  }

  async #complete(text: string): Promise<string> {
    return `${text} ${this.#suffix}`;
  }
}

@Injectable()
export class StaticSearch {
  @TrackTool('search')
  static async query(text: string): Promise<string> {
    return `${text} found`;
  }
}

@Injectable()
export class InheritingSearch extends Search {}

@Injectable()
export class OverridingSearch extends Search {
  override async query(text: string): Promise<string> {
    return super.query(text);
  }
}

@Injectable()
export class TrackedOverridingSearch extends Search {
  @TrackTool('careful search')
  override async query(text: string): Promise<string> {
    return super.query(text);
  }
}

abstract class SearchPlan {
  protected abstract readonly outcome: string;

  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} ${this.outcome}`;
  }
}

@Injectable()
export class PlannedSearch extends SearchPlan {
  protected readonly outcome = 'found';
}

@TrackTool('search')
@Injectable()
export class RunningSearch {
  async run(text: string): Promise<string> {
    return `${text} found`;
  }
}

@TrackTool({ methods: ['query', 'look'] })
@Injectable()
export class ManySearches {
  async query(text: string): Promise<string> {
    return `${text} found`;
  }

  async look(text: string): Promise<string> {
    return `${text} found`;
  }
}

@TrackTool('careful search')
@Injectable()
export class RenamedSearch extends RunningSearch {}

@TrackTool('careful search')
@Injectable()
export class MethodNamedSearch {
  @TrackTool('search')
  async run(text: string): Promise<string> {
    return `${text} found`;
  }
}

@Injectable()
export class CircularSearch {
  constructor(@Inject(forwardRef(() => CircularIndex)) readonly index: unknown) {}

  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} found`;
  }
}

@Injectable()
export class CircularIndex {
  constructor(@Inject(forwardRef(() => CircularSearch)) readonly search: CircularSearch) {}
}

@Injectable()
export class PropertyInjectedSearch {
  @Inject('OUTCOME') private readonly outcome!: string;

  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} ${this.outcome}`;
  }
}

@Injectable()
export class SelfProxyingSearch extends Search {
  constructor() {
    super();
    return new Proxy(this, {});
  }
}

@Injectable()
export class SearchAtStart {
  found: Promise<string> | undefined;

  onModuleInit(): void {
    this.found = this.query('tea');
  }

  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} found`;
  }
}

/** Constructs what it needs when it needs it. */
@Injectable()
export class SearchMaker {
  constructor(private readonly modules: ModuleRef) {}

  make(): Promise<Search> {
    return this.modules.create(Search);
  }
}

@Module({ providers: [Search] })
export class LazyModule {}

@Module({ providers: [{ provide: 'SEARCH', useFactory: async () => new Search() }] })
export class LazyFactoryModule {}

@Module({ providers: [{ provide: 'SEARCH', useValue: new Search() }] })
export class LazyValueModule {}

@Controller()
export class SearchController {
  @Get('search')
  @TrackTool('search')
  async query(@Query('text') text: string): Promise<string> {
    return `${text} found`;
  }
}

@Controller({ scope: Scope.REQUEST })
export class RequestSearchController {
  constructor(private readonly search: RequestSearch) {}

  @Get('search')
  @TrackTool('search')
  async query(@Query('text') text: string): Promise<string> {
    return `${text} found`;
  }

  @Get('provider')
  async ask(@Query('text') text: string): Promise<string> {
    return this.search.query(text);
  }
}

@Controller({ scope: Scope.REQUEST, durable: true })
export class DurableSearchController {
  constructor(private readonly search: DurableSearch) {}

  @Get('search')
  async query(@Query('text') text: string): Promise<string> {
    return this.search.query(text);
  }
}
