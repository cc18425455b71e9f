import { Injectable, Scope } from '@nestjs/common';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { TrackAgent, TrackTool } from '../../src';
import { counted, expectUntouched, OpenApplications, startContext, withMetrics } from '../support/applications';

@Injectable()
class Search {
  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} found`;
  }
}

@Injectable()
class Listener {
  constructor(private readonly search: Search) {}

  @OnEvent('asked')
  @TrackAgent('listener')
  async answer(text: string): Promise<string> {
    return this.search.query(text);
  }

  @OnEvent('failing')
  @TrackAgent('failing')
  async fail(): Promise<void> {
    throw new RangeError('No tea.');
  }

  @OnEvent('counted')
  @TrackTool('count')
  count(): number {
    return 1;
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestScopedListener {
  constructor(private readonly search: Search) {}

  @TrackAgent('scoped listener')
  @OnEvent('asked each')
  async answer(text: string): Promise<string> {
    return this.search.query(text);
  }
}

const applications = new OpenApplications();
afterEach(() => applications.closeAll());

it.each([
  ['a listener', 'asked', ['tool search of listener: success', 'agent listener: success']],
  ['a listener that throws', 'failing', ['agent failing: error RangeError']],
  ['a listener that is not async', 'counted', ['tool count: success']],
  [
    'a request-scoped listener',
    'asked each',
    ['tool search of scoped listener: success', 'agent scoped listener: success'],
  ],
])('%s is counted', async (_name, event, counts) => {
  const metadata = {
    imports: [EventEmitterModule.forRoot()],
    providers: [Listener, RequestScopedListener, Search],
  };
  const neighbour = applications.add(await startContext(withMetrics(metadata)));
  const application = applications.add(await startContext(withMetrics(metadata)));
  application.useLogger(false);
  await application.get(EventEmitter2).emitAsync(event, 'tea');
  expect(counted(application)).toEqual(counts);
  expectUntouched(neighbour);
});
