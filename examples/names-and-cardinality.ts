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
  async execute({ name, input }: ToolCall) {
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
  async answer({ id }: Ticket) {
    return `${id}: done`;
  }
}
// #endregion

/** Whose names nobody has listed. */
@Injectable()
export class OpenToolBox {
  @TrackTool({ name: ({ name }: ToolCall) => name })
  async execute({ name, input }: ToolCall) {
    return `${name}(${input})`;
  }
}

// #region limit
export const withLimit = MetricsModule.forRoot({ maxSeries: 200 });
// #endregion

@Module({ imports: [withLimit], providers: [ToolBox, HelpDesk, OpenToolBox] })
export class NamesModule {}
