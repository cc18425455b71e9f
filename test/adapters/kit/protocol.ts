import type { ToolCall, Tokens } from './script';

/** An event of a stream: its name, where the protocol names them, and its data. */
export interface StreamEvent {
  readonly event?: string;
  readonly data: unknown;
}

/** What a model has to say at once. */
export interface Answer {
  readonly model: string;
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly tokens: Tokens;
}

/** How a provider writes an answer. */
export interface Protocol {
  readonly path: string;
  whole(answer: Answer): object;
  /** Before the first piece. */
  opening(answer: Answer): StreamEvent[];
  piece(text: string): StreamEvent[];
  /** Calls of tools, the usage and the end. */
  closing(answer: Answer): StreamEvent[];
  /** The body of a refusal. */
  refusal(status: number): object;
}

/** What a tool is asked, as the model writes it. */
export function argumentsOf({ input }: ToolCall): { readonly input: string } {
  return { input };
}
