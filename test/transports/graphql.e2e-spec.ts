import { Injectable, Scope, UseInterceptors, type INestApplicationContext } from '@nestjs/common';
import { Args, Field, GraphQLModule, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import request from 'supertest';
import { AgentMetricsInterceptor, TrackAgent, TrackTool } from '../../src';
import {
  counted,
  expectUntouched,
  OpenApplications,
  startContext,
  startHttp,
  type HttpApplication,
  withMetrics,
} from '../support/applications';

@ObjectType()
class Answer {
  @Field(() => String)
  text!: string;
}

@Injectable()
class Search {
  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} found`;
  }
}

@Resolver(() => Answer)
class CrewResolver {
  constructor(private readonly search: Search) {}

  @Query(() => Answer)
  @TrackAgent('crew')
  async above(@Args('text') text: string): Promise<Answer> {
    return { text: await this.search.query(text) };
  }

  @TrackAgent('crew')
  @Query(() => Answer)
  async below(@Args('text') text: string): Promise<Answer> {
    return { text: await this.search.query(text) };
  }

  @Query(() => Answer)
  @UseInterceptors(AgentMetricsInterceptor.for('intercepted'))
  async intercepted(@Args('text') text: string): Promise<Answer> {
    return { text: await this.search.query(text) };
  }

  @Query(() => Answer)
  @TrackAgent('failing')
  async failing(@Args('text') text: string): Promise<Answer> {
    throw new RangeError(text);
  }

  @ResolveField(() => String)
  @TrackTool('summarise')
  summary(@Parent() answer: Answer): string {
    return answer.text.toUpperCase();
  }
}

@Injectable({ scope: Scope.REQUEST })
@Resolver()
class RequestScopedResolver {
  constructor(private readonly search: Search) {}

  @Query(() => Answer)
  @TrackAgent('scoped')
  async scoped(@Args('text') text: string): Promise<Answer> {
    return { text: await this.search.query(text) };
  }
}

const applications = new OpenApplications();
let neighbour: INestApplicationContext;
let application: HttpApplication;

beforeEach(async () => {
  neighbour = applications.add(await startContext(withMetrics({ providers: [Search] })));
  const metadata = {
    imports: [GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true })],
    providers: [CrewResolver, RequestScopedResolver, Search],
  };
  application = applications.add(await startHttp(withMetrics(metadata), 'fastify'));
});

afterEach(async () => {
  expectUntouched(neighbour);
  await applications.closeAll();
});

const ask = async (field: string, selection = 'text') => {
  const query = `{ ${field}(text: "tea") { ${selection} } }`;
  const response = await request(application.getHttpServer()).post('/graphql').send({ query });
  return (response.body as { data: Record<string, unknown> | null }).data?.[field] ?? null;
};

const SEARCHED = (agent: string) => [`tool search of ${agent}: success`, `agent ${agent}: success`];

it.each([
  ['decorated below @Query', 'above', SEARCHED('crew')],
  ['decorated above @Query', 'below', SEARCHED('crew')],
  ['with an interceptor', 'intercepted', SEARCHED('intercepted')],
  ['of a request-scoped class', 'scoped', SEARCHED('scoped')],
])('a resolver %s is counted', async (_name, field, counts) => {
  expect(await ask(field)).toEqual({ text: 'tea found' });
  expect(counted(application)).toEqual(counts);
});

it('a field resolver is counted', async () => {
  expect(await ask('above', 'summary')).toEqual({ summary: 'TEA FOUND' });
  expect(counted(application)).toEqual([...SEARCHED('crew'), 'tool summarise: success']);
});

it('a resolver that throws is counted as an error', async () => {
  expect(await ask('failing')).toBeNull();
  expect(counted(application)).toEqual(['agent failing: error RangeError']);
});
