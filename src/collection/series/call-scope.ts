import type { ModelSeries } from './model-series';
import type { ToolSeries } from './tool-series';

/** What one agent called, or what was called outside any. */
export class CallScope {
  readonly tools = new Map<string, ToolSeries>();
  /** By model; most have one provider. */
  readonly models = new Map<string, ModelSeries[]>();
}
