import type { ExecutionKind } from '../../collection/executions/execution-status';
import { RunTotals } from '../../collection/executions/run-totals';
import type { CallUsage } from '../../collection/models/call-usage';
import type { ExecutionSpec } from '../declaring/execution-spec';
import type { SequenceBudget } from '../limits/sequence-budget';
import type { ExecutionHost } from './execution-host';
import { InnerCalls } from './inner-calls';
import { ModelCall } from './model-call';
import { PlacedExecution, type Origin, type Placed } from './placed-execution';

/** Of an agent that has called nothing. */
const NOTHING_CALLED: Readonly<RunTotals> = new RunTotals();
/** The same where it is known that it has repeated nothing. */
const NOTHING_REPEATED: Readonly<RunTotals> = new RunTotals(0);

/** What one execution calls and uses: inside it, and itself where it is a model call. */
export abstract class CallingExecution<Self extends Placed<Self>> extends PlacedExecution<Self> {
  /** Of model calls only. */
  readonly model: ModelCall<Self> | undefined;
  /** Made by the first call inside it. */
  protected inner: InnerCalls | undefined = undefined;

  constructor(
    host: ExecutionHost<Self>,
    spec: ExecutionSpec,
    name: string,
    serial: number,
    parent: Self | undefined,
    origin: Origin | undefined,
  ) {
    super(host, spec, name, serial, parent, origin);
    this.model = spec.kind === 'model' ? new ModelCall<Self>(this) : undefined;
  }

  /** Who serves the model. */
  get provider(): string | undefined {
    return this.model?.provider;
  }

  /** Of a model call that is counted. */
  get usage(): CallUsage | undefined {
    return this.model?.usage;
  }

  /** What this call and everything inside it has called and used so far. */
  get totals(): Readonly<RunTotals> | undefined {
    if (this.inner !== undefined || this.kind !== 'agent') return this.inner;
    return this.host.options.measureRepeats ? NOTHING_REPEATED : NOTHING_CALLED;
  }

  /** What runs inside it. Made by who asks first. */
  get innerCalls(): InnerCalls {
    return (this.inner ??= new InnerCalls(this.host.options.measureRepeats ? 0 : undefined));
  }

  /** A call inside it begins, or is taken back. */
  addCall(kind: ExecutionKind, isOwn: boolean, change: 1 | -1): void {
    this.innerCalls.addCall(kind, isOwn, change);
  }

  addUsageInside(usage: CallUsage | undefined, isOwn: boolean): void {
    this.innerCalls.addUsage(usage, isOwn);
  }

  /** What the tools of this agent have together. */
  sequenceBudget(limitMs: number): SequenceBudget {
    return this.innerCalls.shareBudget(limitMs);
  }
}
