import { type INestApplicationContext, type ModuleMetadata, Scope } from '@nestjs/common';
import { ContextIdFactory, LazyModuleLoader, type ContextId } from '@nestjs/core';
import request from 'supertest';
import {
  ADAPTERS,
  compile,
  counted,
  expectUntouched,
  inProgress,
  OpenApplications,
  startContext,
  startHttp,
  withMetrics,
  type HttpApplication,
} from './support/applications';
import * as searches from './support/searches';
import { QUERY, Search } from './support/searches';

/** Somewhere in Nest that a tracked method can stand. Called there, it finds `tea found`. */
interface Place {
  /** What an application registers, made anew for each. */
  readonly register: () => ModuleMetadata;
  readonly call: (application: INestApplicationContext) => unknown;
  /** @default startContext */
  readonly start?: (metadata: ModuleMetadata) => Promise<INestApplicationContext>;
  /** @default one success of the tool `search` */
  readonly counts?: readonly string[];
}

const SEARCHED = ['tool search: success'];

/** One context for all requests of a tenant. */
const tenant = ContextIdFactory.create();
const ofTenant = (): ContextId => ({ ...ContextIdFactory.create(), getParent: () => tenant });

const provided = (application: INestApplicationContext) => application.get<Search>('SEARCH', { strict: false });
const resolved = (application: INestApplicationContext) =>
  application.resolve<Search>('SEARCH', undefined, { strict: false });
const lazily = async (application: INestApplicationContext, type: new () => object) =>
  (await application.get(LazyModuleLoader).load(() => type, { logger: false })).get<Search>('SEARCH', {
    strict: false,
  });
const fromDesk = { inject: ['SEARCH'], useFactory: (search: Search) => ({ search }) };

const PROVIDERS: Readonly<Record<string, Place>> = {
  'a singleton': {
    register: () => ({ providers: [Search] }),
    call: (application) => application.get(Search).query('tea'),
  },
  'a request-scoped provider': {
    register: () => ({ providers: [searches.RequestSearch] }),
    call: async (application) => (await application.resolve(searches.RequestSearch)).query('tea'),
  },
  'a transient provider': {
    register: () => ({ providers: [searches.TransientSearch] }),
    call: async (application) => (await application.resolve(searches.TransientSearch)).query('tea'),
  },
  'a transient provider in a singleton': {
    register: () => ({ providers: [searches.TransientOwner, searches.TransientSearch] }),
    call: (application) => application.get(searches.TransientOwner).search.query('tea'),
  },
  'a durable provider': {
    register: () => ({ providers: [searches.DurableSearch] }),
    call: async (application) => {
      await application.resolve(searches.DurableSearch, ofTenant());
      return (await application.resolve(searches.DurableSearch, ofTenant())).query('tea');
    },
  },
  'a method named by a symbol': {
    register: () => ({ providers: [searches.SymbolSearch] }),
    call: (application) => application.get(searches.SymbolSearch)[QUERY]('tea'),
  },
  'a method that calls a #private one': {
    register: () => ({ providers: [searches.PrivateSearch] }),
    call: (application) => application.get(searches.PrivateSearch).query('tea'),
  },
  'an inherited method': {
    register: () => ({ providers: [searches.InheritingSearch] }),
    call: (application) => application.get(searches.InheritingSearch).query('tea'),
  },
  'a method inherited from an abstract class': {
    register: () => ({ providers: [searches.PlannedSearch] }),
    call: (application) => application.get(searches.PlannedSearch).query('tea'),
  },
  'an overriding method that calls super': {
    register: () => ({ providers: [searches.OverridingSearch] }),
    call: (application) => application.get(searches.OverridingSearch).query('tea'),
  },
  'a tracked method that overrides a tracked one and calls super': {
    register: () => ({ providers: [searches.TrackedOverridingSearch] }),
    call: (application) => application.get(searches.TrackedOverridingSearch).query('tea'),
    counts: ['tool search: success', 'tool careful search: success'],
  },
  'the run method of a decorated class': {
    register: () => ({ providers: [searches.RunningSearch] }),
    call: (application) => application.get(searches.RunningSearch).run('tea'),
  },
  'the methods that a decorator names on a class': {
    register: () => ({ providers: [searches.ManySearches] }),
    call: async (application) => {
      await application.get(searches.ManySearches).query('coffee');
      return application.get(searches.ManySearches).look('tea');
    },
    counts: ['tool query: success', 'tool look: success'],
  },
  'a method that is decorated itself, in a decorated class': {
    register: () => ({ providers: [searches.MethodNamedSearch] }),
    call: (application) => application.get(searches.MethodNamedSearch).run('tea'),
  },
  'a decorated class that extends a decorated one': {
    register: () => ({ providers: [searches.RenamedSearch] }),
    call: (application) => application.get(searches.RenamedSearch).run('tea'),
    counts: ['tool careful search: success'],
  },
  'a circular reference': {
    register: () => ({ providers: [searches.CircularSearch, searches.CircularIndex] }),
    call: (application) => application.get(searches.CircularIndex).search.query('tea'),
  },
  'a class with injected properties of its own': {
    register: () => ({ providers: [searches.PropertyInjectedSearch, { provide: 'OUTCOME', useValue: 'found' }] }),
    call: (application) => application.get(searches.PropertyInjectedSearch).query('tea'),
  },
  'a call from onModuleInit': {
    register: () => ({ providers: [searches.SearchAtStart] }),
    call: (application) => application.get(searches.SearchAtStart).found,
  },
  'ModuleRef.create': {
    register: () => ({ providers: [searches.SearchMaker] }),
    call: async (application) => (await application.get(searches.SearchMaker).make()).query('tea'),
  },
  useClass: {
    register: () => ({ providers: [{ provide: 'SEARCH', useClass: Search }] }),
    call: (application) => provided(application).query('tea'),
  },
  useExisting: {
    register: () => ({ providers: [Search, { provide: 'SEARCH', useExisting: Search }] }),
    call: (application) => provided(application).query('tea'),
  },
};

const FACTORIES_AND_VALUES: Readonly<Record<string, Place>> = {
  'a factory': {
    register: () => ({ providers: [{ provide: 'SEARCH', useFactory: () => new Search() }] }),
    call: (application) => provided(application).query('tea'),
  },
  'an async factory': {
    register: () => ({ providers: [{ provide: 'SEARCH', useFactory: async () => new Search() }] }),
    call: (application) => provided(application).query('tea'),
  },
  'a request-scoped factory': {
    register: () => ({
      providers: [{ provide: 'SEARCH', scope: Scope.REQUEST, useFactory: () => new Search() }],
    }),
    call: async (application) => (await resolved(application)).query('tea'),
  },
  'an async request-scoped factory': {
    register: () => ({
      providers: [{ provide: 'SEARCH', scope: Scope.REQUEST, useFactory: async () => new Search() }],
    }),
    call: async (application) => (await resolved(application)).query('tea'),
  },
  'a transient factory': {
    register: () => ({
      providers: [{ provide: 'SEARCH', scope: Scope.TRANSIENT, useFactory: () => new Search() }],
    }),
    call: async (application) => (await resolved(application)).query('tea'),
  },
  'a transient factory of what a singleton needs': {
    register: () => ({
      providers: [
        { provide: 'DESK', ...fromDesk },
        { provide: 'SEARCH', scope: Scope.TRANSIENT, useFactory: () => new Search() },
      ],
    }),
    call: (application) => application.get<{ search: Search }>('DESK').search.query('tea'),
  },
  'a value': {
    register: () => ({ providers: [{ provide: 'SEARCH', useValue: new Search() }] }),
    call: (application) => provided(application).query('tea'),
  },
  'a frozen value': {
    register: () => ({ providers: [{ provide: 'SEARCH', useValue: Object.freeze(new Search()) }] }),
    call: (application) => provided(application).query('tea'),
  },
  'an array made by a factory': {
    register: () => ({ providers: [{ provide: 'SEARCH', useFactory: () => [undefined, 1, new Search()] }] }),
    call: (application) => application.get<Search[]>('SEARCH')[2]!.query('tea'),
  },
  'an array made for a request': {
    register: () => ({
      providers: [{ provide: 'SEARCH', scope: Scope.REQUEST, useFactory: async () => [new Search()] }],
    }),
    call: async (application) => (await application.resolve<Search[]>('SEARCH'))[0]!.query('tea'),
  },
  'a Map': {
    register: () => ({ providers: [{ provide: 'SEARCH', useValue: new Map([['search', new Search()]]) }] }),
    call: (application) => application.get<Map<string, Search>>('SEARCH').get('search')!.query('tea'),
  },
  'a Set': {
    register: () => ({ providers: [{ provide: 'SEARCH', useFactory: () => new Set([new Search()]) }] }),
    call: (application) => [...application.get<Set<Search>>('SEARCH')][0]!.query('tea'),
  },
  'a frozen record': {
    register: () => ({ providers: [{ provide: 'SEARCH', useValue: Object.freeze({ search: new Search() }) }] }),
    call: (application) => application.get<{ search: Search }>('SEARCH').search.query('tea'),
  },
  'an array of a lazy module': {
    register: () => ({}),
    call: async (application) => {
      class LazyModule {}
      const lazy = { module: LazyModule, providers: [{ provide: 'SEARCH', useFactory: () => [new Search()] }] };
      const module = await application.get(LazyModuleLoader).load(() => lazy, { logger: false });
      return module.get<Search[]>('SEARCH')[0]!.query('tea');
    },
  },
  'a proxy in an array': {
    register: () => ({ providers: [{ provide: 'SEARCH', useFactory: () => [new Proxy(new Search(), {})] }] }),
    call: (application) => application.get<Search[]>('SEARCH')[0]!.query('tea'),
  },
  'a record of hostile objects': {
    register: () => {
      const refuse = (): never => {
        throw new Error('none of your business');
      };
      const traps = new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse });
      const useFactory = () => ({
        traps,
        get getter() {
          return refuse();
        },
        search: new Search(),
      });
      return {
        providers: [
          { provide: 'SEARCH', useFactory },
          { provide: 'TRAPS', useFactory: () => [traps] },
        ],
      };
    },
    call: (application) => application.get<{ search: Search }>('SEARCH').search.query('tea'),
  },
  'a proxy made by a factory': {
    register: () => ({ providers: [{ provide: 'SEARCH', useFactory: () => new Proxy(new Search(), {}) }] }),
    call: (application) => provided(application).query('tea'),
  },
  'a class that returns a proxy of itself': {
    register: () => ({ providers: [searches.SelfProxyingSearch] }),
    call: (application) => application.get(searches.SelfProxyingSearch).query('tea'),
  },
  'a proxy around an instance that reads from it': {
    register: () => ({ providers: [Search] }),
    call: (application) => {
      const search = new Proxy(application.get(Search), { get: (target, key) => Reflect.get(target, key) as unknown });
      return search.query('tea');
    },
  },
  'a proxy around an instance that refuses what it does not know': {
    register: () => ({ providers: [Search] }),
    call: (application) => {
      const search = new Proxy(application.get(Search), {
        get(target, key) {
          if (typeof key === 'symbol') throw new TypeError('There is no such property.');
          return Reflect.get(target, key) as unknown;
        },
      });
      return search.query('tea');
    },
    counts: [],
  },
  'an instance that is made by hand': {
    register: () => ({}),
    call: () => new Search().query('tea'),
    counts: [],
  },
};

const MODULES: Readonly<Record<string, Place>> = {
  'a provider of a lazy module': {
    register: () => ({}),
    call: async (application) => {
      const module = await application.get(LazyModuleLoader).load(() => searches.LazyModule, { logger: false });
      return module.get(Search).query('tea');
    },
  },
  'a factory of a lazy module': {
    register: () => ({}),
    call: async (application) => (await lazily(application, searches.LazyFactoryModule)).query('tea'),
  },
  'a singleton that is compiled and not initialised': {
    start: compile,
    register: () => ({ providers: [Search] }),
    call: (application) => application.get(Search).query('tea'),
  },
  'a factory that is compiled and not initialised': {
    start: compile,
    register: () => ({ providers: [{ provide: 'SEARCH', useFactory: async () => new Search() }] }),
    call: (application) => provided(application).query('tea'),
  },
  'a value that is compiled and not initialised': {
    start: compile,
    register: () => ({ providers: [{ provide: 'SEARCH', useValue: new Search() }] }),
    call: (application) => provided(application).query('tea'),
  },
};

const replaced = Symbol('replaced');

const TESTING: Readonly<Record<string, Place>> = {
  'a value that overrides a provider': {
    register: () => ({ providers: [{ provide: 'SEARCH', useValue: replaced }] }),
    start: (metadata) => startContext(metadata, (b) => b.overrideProvider('SEARCH').useValue(new Search())),
    call: (application) => provided(application).query('tea'),
  },
  'a factory that overrides a provider': {
    register: () => ({ providers: [{ provide: 'SEARCH', useValue: replaced }] }),
    start: (metadata) =>
      startContext(metadata, (b) => b.overrideProvider('SEARCH').useFactory({ factory: () => new Search() })),
    call: (application) => provided(application).query('tea'),
  },
  'a class that overrides a provider': {
    register: () => ({ providers: [{ provide: 'SEARCH', useValue: replaced }] }),
    start: (metadata) => startContext(metadata, (b) => b.overrideProvider('SEARCH').useClass(Search)),
    call: (application) => provided(application).query('tea'),
  },
  'a mock that overrides a tracked class': {
    register: () => ({ providers: [Search] }),
    start: (metadata) =>
      startContext(metadata, (b) => b.overrideProvider(Search).useValue({ query: async () => 'tea found' })),
    call: (application) => application.get(Search).query('tea'),
    counts: [],
  },
  'a method that is spied on': {
    register: () => ({ providers: [Search] }),
    call: async (application) => {
      const search = application.get(Search);
      const spy = jest.spyOn(search, 'query');
      const found = await search.query('tea');
      expect(spy).toHaveBeenCalledWith('tea');
      return found;
    },
  },
  'a prototype that is spied on': {
    register: () => ({ providers: [Search] }),
    call: async (application) => {
      const spy = jest.spyOn(Search.prototype, 'query');
      try {
        return await application.get(Search).query('tea');
      } finally {
        expect(spy).toHaveBeenCalledTimes(1);
        spy.mockRestore();
      }
    },
  },
};

/** Every place is called in an application that has one live neighbour that is older, and one that is younger. */
function describePlaces(places: Readonly<Record<string, Place>>): void {
  const applications = new OpenApplications();
  afterEach(() => applications.closeAll());

  const open = async ({ register, start = startContext }: Place, adapt = withMetrics) =>
    applications.add(await start(adapt(register())));

  describe.each(Object.entries(places))('%s', (_name, place) => {
    it('is counted by its own application alone', async () => {
      const older = applications.add(await startContext(withMetrics({})));
      const twin = await open(place);
      const touchedAtStart = counted(twin);
      const application = await open(place);
      const younger = applications.add(await startContext(withMetrics({})));
      expect(await place.call(application)).toBe('tea found');
      expect(counted(application)).toEqual(place.counts ?? SEARCHED);
      expect(inProgress(application)).toBe(0);
      expect(counted(twin)).toEqual(touchedAtStart);
      expectUntouched(older);
      expectUntouched(younger);
    });

    it('runs as if undecorated in an application without the module, beside one that has it', async () => {
      const neighbour = applications.add(await startContext(withMetrics({})));
      const application = await open(place, (metadata) => metadata);
      expect(await place.call(application)).toBe('tea found');
      expectUntouched(neighbour);
    });
  });
}

describe('Providers', () => describePlaces(PROVIDERS));
describe('Factories and values', () => describePlaces(FACTORIES_AND_VALUES));
describe('Modules', () => describePlaces(MODULES));
describe('Testing modules', () => describePlaces(TESTING));

describe.each(ADAPTERS)('Controllers on %s', (adapter) => {
  const start = (metadata: ModuleMetadata) => startHttp(metadata, adapter);
  const get = async (application: INestApplicationContext, path: string) => {
    const server = (application as HttpApplication).getHttpServer();
    return (await request(server).get(path).expect(200)).text;
  };

  describePlaces({
    'a handler': {
      start,
      register: () => ({ controllers: [searches.SearchController] }),
      call: (application) => get(application, '/search?text=tea'),
    },
    'a handler of a request-scoped controller': {
      start,
      register: () => ({ controllers: [searches.RequestSearchController], providers: [searches.RequestSearch] }),
      call: (application) => get(application, '/search?text=tea'),
    },
    'a request-scoped provider behind a controller': {
      start,
      register: () => ({ controllers: [searches.RequestSearchController], providers: [searches.RequestSearch] }),
      call: (application) => get(application, '/provider?text=tea'),
    },
    'a durable provider behind a controller': {
      start,
      register: () => ({ controllers: [searches.DurableSearchController], providers: [searches.DurableSearch] }),
      call: (application) => get(application, '/search?text=tea'),
    },
  });
});
