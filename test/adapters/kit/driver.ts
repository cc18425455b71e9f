import type { FakeProvider } from './fake-provider';
import type { Run } from './run';
import type { SeenRecord } from './records';
import type { StoryName } from './stories';

/** What may be counted by an adapter itself; the stories count the rest by our own functions. */
export type Counted = 'agents' | 'tools' | 'models';

/** Where an SDK hides something, or does it in another way. */
export interface Deviation {
  readonly reason: string;
  /** What is seen instead of what the story expects. */
  readonly sees: (expected: readonly SeenRecord[]) => readonly SeenRecord[];
}

export interface Playing {
  /** Whether the adapter takes part; without it, the SDK is used as it is. */
  readonly tracked: boolean;
  /** Registers the adapter a second time. */
  readonly twice?: boolean;
}

/** Plays scripts with one SDK and its adapter. */
export interface Driver {
  readonly name: string;
  readonly counts: readonly Counted[];
  /** The label of its provider. */
  readonly provider: string;
  /** What the SDK calls its errors. */
  readonly errorTypes: {
    readonly refused: (status: number) => string;
    readonly broken: string;
  };
  readonly deviations?: Partial<Record<StoryName, Deviation>>;
  /**
   * Runs an agent of the SDK by a script: its model is at `provider.urlOf(run)`, its tools are `run.tools`, each takes `{ input }`.
   * With `run.script.streams` it reads the text by pieces, hands each to `run.read`, and stops where that says false. It retries
   * twice, and passes `run.signal` on.
   *
   * @returns the text of the whole answer
   */
  play(run: Run, provider: FakeProvider, playing: Playing): Promise<string>;
}
