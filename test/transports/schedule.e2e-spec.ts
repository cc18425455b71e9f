import { Injectable, type ModuleMetadata } from '@nestjs/common';
import { Cron, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { MetricsModule, TrackAgent, TrackTool } from '../../src';
import { counted, expectUntouched, OpenApplications, startContext, withMetrics } from '../support/applications';

@Injectable()
class Search {
  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} found`;
  }
}

@Injectable()
class Jobs {
  constructor(private readonly search: Search) {}

  @Cron('0 0 1 1 *', { name: 'yearly' })
  @TrackAgent('yearly')
  async yearly(): Promise<void> {
    await this.search.query('tea');
  }

  @Interval('every minute', 60_000)
  @TrackAgent('every minute')
  async everyMinute(): Promise<void> {
    await this.search.query('tea');
  }

  @TrackAgent('once')
  @Timeout('once', 1_000)
  async once(): Promise<void> {
    await this.search.query('tea');
  }

  @Interval('failing', 120_000)
  @TrackAgent('failing')
  async failing(): Promise<void> {
    throw new RangeError('No tea.');
  }
}

const ScheduleFirst: ModuleMetadata = {
  imports: [ScheduleModule.forRoot(), MetricsModule.forRoot({ endpoint: false })],
};
const MetricsFirst: ModuleMetadata = {
  imports: [MetricsModule.forRoot({ endpoint: false }), ScheduleModule.forRoot()],
};

const provide: Readonly<Record<string, ModuleMetadata['providers']>> = {
  'a class': [Jobs, Search],
  'a factory': [Search, { provide: 'JOBS', inject: [Search], useFactory: (search: Search) => new Jobs(search) }],
};

const applications = new OpenApplications();

describe.each([
  ['before', ScheduleFirst],
  ['after', MetricsFirst],
])('With ScheduleModule imported %s ours, jobs', (_order, { imports }) => {
  describe.each(Object.entries(provide))('of %s', (_name, providers) => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(async () => {
      await applications.closeAll();
      jest.useRealTimers();
    });

    const start = async () => {
      const neighbour = applications.add(await startContext(withMetrics({ providers: [Jobs, Search] })));
      const application = applications.add(await startContext({ imports, providers }));
      application.useLogger(false);
      return { neighbour, application };
    };

    it('are counted each time they run', async () => {
      const { neighbour, application } = await start();
      await jest.advanceTimersByTimeAsync(60_000);
      expect(counted(application)).toEqual([
        'tool search of once: success',
        'agent once: success',
        'tool search of every minute: success',
        'agent every minute: success',
      ]);
      void application.get(SchedulerRegistry).getCronJob('yearly').fireOnTick();
      await jest.advanceTimersByTimeAsync(0);
      expect(counted(application).slice(4)).toEqual(['tool search of yearly: success', 'agent yearly: success']);
      expectUntouched(neighbour);
    });

    it('are counted as an error where they throw', async () => {
      const { application } = await start();
      await jest.advanceTimersByTimeAsync(120_000);
      expect(counted(application)).toContain('agent failing: error RangeError');
    });
  });
});
