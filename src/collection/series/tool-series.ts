import { ExecutionSeries } from './execution-series';
import type { RowSource } from './series-rows';
import type { TrendSeries } from './trend-series';

/** One tool under one agent, or outside any (then its agent label is empty). */
export class ToolSeries extends ExecutionSeries {
  /** Trend of all executions of the tool, by any agent. Set by the first execution. */
  trend: TrendSeries | undefined = undefined;

  constructor(
    readonly agentId: string,
    readonly toolName: string,
    rows: RowSource,
  ) {
    super(rows);
  }

  override get labels(): readonly string[] {
    return [this.agentId, this.toolName];
  }
}
