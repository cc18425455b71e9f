import { AgentSeries, ModelSeries, ToolSeries, type CallScope, type RowSource } from '../series/execution-series';
import type { NumberRow } from '../series/number-rows';
import type { BucketBounds } from '../series/duration-histogram';

/** A series with its numbers, as far as its kind is concerned. */
interface Copied extends NumberRow {
  readonly bounds: BucketBounds;
}

/**
 * Copies series as they are at one moment, for what is read of them later. Without exemplars, errors by type and times to
 * the first chunk.
 */
export class SeriesCopies {
  /** A page holds the numbers of many series, and copying it costs little more than copying those of one. */
  private readonly pages = new Map<Float64Array, Float64Array>();

  agent(series: AgentSeries): AgentSeries {
    const copy = new AgentSeries(series.agentId, series.agentName, this.rowOf(series), series.bounds);
    this.fill(copy.calls, series.calls);
    return copy;
  }

  fill(to: CallScope, from: CallScope): void {
    for (const [name, tool] of from.tools) to.tools.set(name, this.tool(tool));
    for (const [name, models] of from.models) {
      to.models.set(
        name,
        models.map((model) => this.model(model)),
      );
    }
  }

  private tool(series: ToolSeries): ToolSeries {
    return new ToolSeries(series.agentId, series.toolName, this.rowOf(series));
  }

  private model(series: ModelSeries): ModelSeries {
    const { agentId, model, provider } = series;
    const copy = new ModelSeries(agentId, model, provider, this.rowOf(series));
    copy.tokens.merge(series.tokens);
    return copy;
  }

  private rowOf({ bounds, page, at }: Copied): RowSource {
    let copy = this.pages.get(page);
    if (copy === undefined) this.pages.set(page, (copy = page.slice()));
    const row = { page: copy, at };
    return { bounds, open: () => row };
  }
}
