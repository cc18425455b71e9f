import { keepShapes } from '../../runtime/kept-shapes';
import { TOKEN_COLUMNS } from '../models/token-usage';
import type { ModelErrors } from '../series/error-counts';
import { BucketBounds } from '../series/histogram';
import { AgentSeries } from '../series/agent-series';
import type { CallScope } from '../series/call-scope';
import { ModelSeries } from '../series/model-series';
import type { RowSource } from '../series/series-rows';
import { ToolSeries } from '../series/tool-series';
import type { Exemplars } from '../series/exemplar';
import { type NumberRow, NumberRows } from '../series/number-rows';
import { PageCopies } from './page-copies';

/** A series with its numbers, as far as its kind is concerned. */
interface Copied extends NumberRow {
  readonly bounds: BucketBounds;
}

/** A model whose numbers have been copied. */
export interface KeptModel {
  readonly series: ModelSeries;
  readonly tokens: NumberRow;
  readonly errors: ModelErrors | undefined;
  readonly exemplars: Exemplars | undefined;
}

/** What one agent had called, or what had been called outside any. */
export interface KeptCalls {
  readonly tools: readonly ToolSeries[];
  readonly models: readonly KeptModel[];
}

const NO_CALLS: KeptCalls = { tools: [], models: [] };

/**
 * Series as they are at one moment. To keep them takes a fraction of the time that it takes to make series of them again,
 * which may happen later, one by one. Without times to the first chunk or token, and of agents and tools without exemplars,
 * errors by type, calls and pauses.
 */
export class SeriesCopies {
  private readonly pages = new PageCopies();
  /** Objects of each model would be moved by the garbage collector, which takes longer than copying them. */
  private readonly tokens = new NumberRows(TOKEN_COLUMNS);

  keepAgent(series: AgentSeries): KeptCalls {
    this.keepPage(series);
    return this.keepCalls(series.calls);
  }

  keepCalls({ tools, models }: CallScope): KeptCalls {
    if (tools.size === 0 && models.size === 0) return NO_CALLS;
    const kept = { tools: Array.from(tools.values(), (tool) => this.keepPage(tool)), models: [] as KeptModel[] };
    for (const providers of models.values()) for (const model of providers) kept.models.push(this.keepModel(model));
    return kept;
  }

  keepModel(series: ModelSeries): KeptModel {
    const tokens = this.tokens.open();
    series.tokens.writeTo(tokens);
    const errors = series.errors?.copy();
    return { series: this.keepPage(series), tokens, errors, exemplars: series.exemplars?.slice() };
  }

  /** Without its calls. */
  agent(series: AgentSeries): AgentSeries {
    return new AgentSeries(series.agentId, series.agentName, this.rowOf(series), series.bounds);
  }

  tool(series: ToolSeries): ToolSeries {
    return new ToolSeries(series.agentId, series.toolName, this.rowOf(series));
  }

  model({ series, tokens, errors, exemplars }: KeptModel): ModelSeries {
    const { agentId, model, provider } = series;
    const copy = new ModelSeries(agentId, model, provider, this.rowOf(series));
    copy.tokens.addFrom(tokens);
    copy.errors = errors;
    copy.exemplars = exemplars;
    return copy;
  }

  /** A copy of a series' numbers, in the same places as in its own page. */
  numbersOf({ page }: NumberRow): Float64Array {
    return this.pages.of(page);
  }

  private keepPage<Series extends NumberRow>(series: Series): Series {
    this.pages.of(series.page);
    return series;
  }

  private rowOf(series: Copied): RowSource {
    return new CopiedRow(series.bounds, this.numbersOf(series), series.at);
  }
}

/** The row of a series that is made again. */
class CopiedRow implements RowSource {
  constructor(
    readonly bounds: BucketBounds,
    readonly page: Float64Array,
    readonly at: number,
  ) {}

  open(): this {
    return this;
  }
}

keepShapes(new CopiedRow(new BucketBounds([]), new Float64Array(), 0));
