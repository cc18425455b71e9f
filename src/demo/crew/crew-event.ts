export type ToolName = 'search_docs' | 'read_section' | 'calculate' | 'ask_expert';

/** One use of a tool. */
export interface PlanStep {
  readonly tool: ToolName;
  readonly input: string;
}

export interface ToolFailure extends PlanStep {
  readonly error: string;
}

/** What `POST /crew/ask` answers. */
export interface CrewAnswer {
  readonly question: string;
  readonly answer: string;
  /** The sections that the answer names by their numbers. */
  readonly sources: readonly Source[];
  readonly failures: readonly ToolFailure[];
}

export interface Source {
  /** 1 for `[1]`. */
  readonly number: number;
  /** What `read_section` finds it by. */
  readonly id: string;
  readonly heading: string;
}

/** What `GET /crew/stream` sends, the answer last. */
export type CrewEvent =
  | { readonly type: 'agent_start'; readonly data: { readonly agent: string } }
  | { readonly type: 'agent_response'; readonly data: { readonly agent: string; readonly response: unknown } }
  | ToolEvent
  | TextEvent
  | { readonly type: 'done'; readonly data: CrewAnswer };

/** A piece of the answer, as the model writes it. */
export interface TextEvent {
  readonly type: 'text';
  readonly data: { readonly text: string };
}

export type ToolEvent =
  | { readonly type: 'tool_start'; readonly data: PlanStep }
  | { readonly type: 'tool_result'; readonly data: PlanStep & ToolOutcome };

export type ToolOutcome = { readonly result: unknown } | { readonly error: string };
