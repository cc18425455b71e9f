/** What a model call has used, as the fake provider reports it. */
export interface Tokens {
  readonly input: number;
  readonly cachedInput?: number;
  readonly output: number;
  readonly reasoning?: number;
}

/** What the fake model does with one request. */
export type Turn =
  /** Answers; where it streams, piece by piece. */
  | { readonly does: 'answers'; readonly text: string; readonly tokens: Tokens }
  /** Wants tools to be called. */
  | { readonly does: 'calls'; readonly calls: readonly ToolCall[]; readonly tokens: Tokens }
  /** Refuses with an HTTP status. */
  | { readonly does: 'refuses'; readonly status: number }
  /** Ends the connection after so many pieces of a stream. */
  | { readonly does: 'breaks'; readonly text: string; readonly afterPieces: number }
  /** Has the caller abort, and never answers. */
  | { readonly does: 'waits' };

export interface ToolCall {
  readonly tool: string;
  readonly input: string;
}

/** What a tool does when it is called. */
export type ToolScript =
  | { readonly does: 'returns'; readonly result: string; readonly decorated?: boolean }
  /** Throws a RangeError. */
  | { readonly does: 'throws'; readonly message: string }
  /** Calls a decorated tool of ours, which returns this. */
  | { readonly does: 'calls decorated'; readonly inner: string; readonly result: string }
  /** Asks another agent. */
  | { readonly does: 'asks'; readonly script: Script };

/** One run of an agent. */
export interface Script {
  readonly agent: string;
  readonly model: string;
  readonly turns: readonly Turn[];
  readonly tools?: Readonly<Record<string, ToolScript>>;
  readonly streams?: boolean;
  /** The caller aborts when it has read so many pieces. */
  readonly abortsAfterPieces?: number;
  /** The reader stops when it has read so many pieces, and tells nobody. */
  readonly leavesAfterPieces?: number;
}

/** How the text of a streamed answer is cut. */
export function piecesOf(text: string): string[] {
  return text.split(/(?<= )/);
}

/** What a script's answers come to, for who reads them to the end. */
export function answerOf({ turns }: Script): string {
  return turns.map((turn) => (turn.does === 'answers' ? turn.text : '')).join('');
}
