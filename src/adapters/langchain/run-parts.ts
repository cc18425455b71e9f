/** A component as LangChain serialises it for callbacks. */
export interface SerializedComponent {
  readonly id?: readonly string[];
  readonly name?: string;
}

/** Graphs of LangGraph, those of `createAgent` and `entrypoint` among them. */
export function isGraph({ id }: SerializedComponent): boolean {
  return id?.[0] === 'langgraph' && id[1] === 'pregel';
}

/** The name that a component was given, else its class. */
export function nameOf({ id, name }: SerializedComponent): string | undefined {
  return textOf(name) ?? textOf(id?.at(-1));
}

/** Undefined for anything but a text that says something. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
