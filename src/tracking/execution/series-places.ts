import type { Ledger } from '../../collection/ledger';
import type { DeclaredNames } from '../../collection/series/declared-names';
import type { CountedSeries } from '../../collection/series/counted-series';
import { declareNames, type ExecutionSpec } from '../declaring/execution-spec';

/** Where the executions of one decorator were counted last. */
interface SeriesPlace {
  readonly name: string;
  readonly provider: string | undefined;
  readonly agentId: string | undefined;
  readonly series: CountedSeries;
}

/** What tells the series of an execution. */
interface Placed {
  readonly spec: ExecutionSpec;
  readonly name: string;
  readonly agentId: string | undefined;
  /** Who serves the model. */
  readonly provider: string | undefined;
}

/**
 * Finds the series in which an execution is counted. A method is called by the same agent again and again: what was found
 * for it last is looked at first.
 */
export class SeriesPlaces {
  /** Weak, because a class, and its decorators with it, can be made for one request. */
  private places = new WeakMap<ExecutionSpec, SeriesPlace>();
  /** The one of all these places. */
  private ledger: Ledger | undefined;
  private readonly declared = new WeakSet<ExecutionSpec>();

  constructor(private readonly names: DeclaredNames) {}

  find(placed: Placed, ledger: Ledger): CountedSeries {
    const { spec, name, agentId } = placed;
    if (ledger !== this.ledger) this.move(ledger);
    const last = this.places.get(spec);
    const isSame =
      last !== undefined && last.name === name && last.agentId === agentId && last.provider === placed.provider;
    const series = isSame ? last.series : this.open(placed, ledger);
    // The display name that was given last counts.
    if (spec.displayName !== undefined) ledger.series.nameAgent(name, spec.displayName);
    return series;
  }

  /** After a reset: a place in the ledger before it would keep all that was counted there. */
  private move(ledger: Ledger): void {
    this.ledger = ledger;
    this.places = new WeakMap();
  }

  private open({ spec, name, agentId, provider }: Placed, ledger: Ledger): CountedSeries {
    // Without declared names it may be a spec that was made for this one call.
    const mayComeAgain = spec.declaredNames.length > 0;
    if (mayComeAgain) this.declare(spec);
    const series = seriesOf({ spec, name, agentId, provider }, ledger);
    if (mayComeAgain) this.places.set(spec, { name, agentId, provider, series });
    return series;
  }

  /** For what the explorer did not find at the start: it was loaded later, or belongs to a handler's interceptor. */
  private declare(spec: ExecutionSpec): void {
    if (this.declared.has(spec)) return;
    this.declared.add(spec);
    declareNames(spec, this.names);
  }
}

function seriesOf({ spec: { kind }, name, agentId, provider = '' }: Placed, { series }: Ledger): CountedSeries {
  if (kind === 'agent') return series.agent(name);
  return kind === 'tool' ? series.tool(agentId, name) : series.model(agentId, name, provider);
}
