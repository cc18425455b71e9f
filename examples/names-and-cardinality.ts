import { Injectable, Module } from '@nestjs/common';
import { MetricsModule, TrackAgent, TrackTool } from 'nestjs-agent-metrics';

// #region dispatcher
interface ToolCall {
  readonly name: string;
  readonly input: string;
}

@Injectable()
export class ToolBox {
  @TrackTool({ name: ({ name }: ToolCall) => name, allowed: ['search', 'calculate'] })
  execute({ name, input }: ToolCall) {
    return `${name}(${input})`;
  }
}
// #endregion

// #region agent-id
interface Ticket {
  readonly id: string;
  readonly team: string;
}

@Injectable()
export class HelpDesk {
  // The team is one of a few; the ticket's id never ends.
  @TrackAgent({ id: ({ team }: Ticket) => `desk_${team}`, allowed: ['desk_billing', 'desk_shipping'] })
  answer({ id }: Ticket) {
    return `${id}: done`;
  }
}
// #endregion

/** Its tools have names that no list declares. */
@Injectable()
export class OpenToolBox {
  @TrackTool({ name: ({ name }: ToolCall) => name })
  execute({ name, input }: ToolCall) {
    return `${name}(${input})`;
  }
}

// #region limit
export const withLimit = MetricsModule.forRoot({ maxSeries: 200 });
// #endregion

@Module({ imports: [withLimit], providers: [ToolBox, HelpDesk, OpenToolBox] })
export class NamesModule {}
