import type { CrewAnswer } from './crew-answer';
import type { PlanStep } from './plan';

export type AgentName = 'planner' | 'researcher' | 'writer';

/** What happens while the crew answers, in this order; a failure ends it with an exception in place of `done`. */
export type CrewEvent =
  | { readonly type: 'start'; readonly question: string }
  | { readonly type: 'agent_start'; readonly agent: AgentName }
  | ToolEvent
  | { readonly type: 'agent_response'; readonly agent: AgentName; readonly response: unknown }
  | { readonly type: 'done'; readonly answer: CrewAnswer };

export type ToolEvent =
  ({ readonly type: 'tool_start' } & PlanStep) | ({ readonly type: 'tool_result' } & PlanStep & ToolOutcome);

/** What the tool returned, or why it could not. */
export type ToolOutcome = { readonly result: unknown } | { readonly error: string };
