import type { Linked } from '../../runtime/linked-list';
import type { ActiveSpan } from '../../collection/executions/active-span';
import type { Ledger } from '../../collection/ledger';
import type { CollectedRequest } from '../../collection/requests/collected-request';
import type { CountedSeries } from '../../collection/series/counted-series';
import type { ExecutionSpec } from '../declaring/execution-spec';
import type { ExecutionHost } from './execution-host';
import { nearestOpenAgent, type Descendant } from './execution-lineage';
import { MeasuredExecution } from './measured-execution';

/** What an execution has from the one in which it began. */
export interface Origin {
  readonly serial: number;
  readonly requestSerial: number | undefined;
  readonly callSerial: number;
  readonly contextAgentId: string | undefined;
}

/** One of the others among which an execution has its place. */
export interface Placed<Self> extends Descendant<Self> {
  readonly root: Self | undefined;
  readonly request: CollectedRequest | undefined;
  readonly ownBreakdownValue: string | undefined;
  readonly requestSerial: number | undefined;
  readonly enclosingRequest: number | undefined;
}

/** One execution among the others: who it is, inside which it runs, and where it is counted. */
export abstract class PlacedExecution<Self extends Placed<Self>>
  extends MeasuredExecution<Self>
  implements Linked<Self>
{
  readonly parentSerial: number | undefined;
  readonly parentCallSerial: number | undefined;
  /** The first execution of the call of which this one is a further use; itself, if it is the first. */
  callSerial: number;
  readonly requestSerial: number | undefined;
  /** The agent under which the tools that it calls are counted. */
  readonly contextAgentId: string | undefined;
  /** The outermost agent around it; without one, what began first. Undefined for that itself. */
  readonly root: Self | undefined;
  /** Of a root: what is collected of its request. */
  request: CollectedRequest | undefined = undefined;
  /** Of a root: the value of the option `breakdown` for its request. */
  ownBreakdownValue: string | undefined = undefined;
  /** The active OpenTelemetry span as it began. */
  span: ActiveSpan | undefined = undefined;
  /** Where it is counted while it runs; undefined while recording is switched off, as is the series. */
  ledger: Ledger | undefined = undefined;
  /** A model call keeps it: its tokens may be recorded after its end. */
  series: CountedSeries | undefined = undefined;
  older: Self | undefined = undefined;
  newer: Self | undefined = undefined;

  constructor(
    host: ExecutionHost<Self>,
    spec: ExecutionSpec,
    public name: string,
    readonly serial: number,
    public parent: Self | undefined,
    origin: Origin | undefined,
  ) {
    super(host, spec);
    const isAgent = spec.kind === 'agent';
    this.callSerial = serial;
    this.parentSerial = origin?.serial;
    this.parentCallSerial = origin?.callSerial;
    this.requestSerial = isAgent ? (parent?.enclosingRequest ?? serial) : origin?.requestSerial;
    this.contextAgentId = isAgent ? name : origin?.contextAgentId;
    this.root = parent === undefined || this.requestSerial === serial ? undefined : (parent.root ?? parent);
  }

  /** The agent under which it is counted. */
  get agentId(): string | undefined {
    return this.spec.agent ?? this.contextAgentId;
  }

  get collected(): CollectedRequest | undefined {
    return this.root === undefined ? this.request : this.root.request;
  }

  get breakdownValue(): string | undefined {
    return this.root === undefined ? this.ownBreakdownValue : this.root.ownBreakdownValue;
  }

  /** The request of the nearest agent that still runs: what an agent that begins here is a part of. */
  get enclosingRequest(): number | undefined {
    const isOpenAgent = this.kind === 'agent' && !this.ended;
    return isOpenAgent ? this.requestSerial : nearestOpenAgent(this.parent)?.requestSerial;
  }

  /** What a further use of the same call has from it. The parent may have been let go. */
  get origin(): Origin | undefined {
    const { parentSerial: serial, parentCallSerial: callSerial, requestSerial, contextAgentId } = this;
    if (serial === undefined || callSerial === undefined) return undefined;
    return { serial, requestSerial, callSerial, contextAgentId };
  }
}
