import type { AgentSeries } from './agent-series';
import type { ModelSeries } from './model-series';
import type { ToolSeries } from './tool-series';

/** Where an execution is counted. */
export type CountedSeries = AgentSeries | ToolSeries | ModelSeries;
