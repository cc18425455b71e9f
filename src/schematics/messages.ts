import { PACKAGE } from './module-edit';

export const NOTHING_TO_DO = `${PACKAGE} is already set up: nothing to do.`;

export const WHAT_NEXT = `
What next:

  1. Decorate what you want to see:

       import { TrackAgent, TrackTool } from '${PACKAGE}';

       @TrackAgent('researcher')  // a method of an agent
       @TrackTool('search')       // a method of a tool that it calls

  2. Start the application, let the agent run, and look:

       curl localhost:3000/metrics
       http://localhost:3000/metrics/dashboard
`;

export const byHand = (reason: string): string => `
MetricsModule is not in your root module yet: ${reason}. Add it by hand:

  import { MetricsModule } from '${PACKAGE}';

  @Module({ imports: [MetricsModule.forRoot()] })
`;
