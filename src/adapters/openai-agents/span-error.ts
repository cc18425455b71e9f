import type { AgentsSpan } from './agents-span';

/** What the OpenAI client says where no class is known any more. */
const NAMES: readonly (readonly [text: RegExp, name: string])[] = [
  [/^Request was aborted\.?$/, 'AbortError'],
  [/^Request timed out\.?$/, 'TimeoutError'],
];

/** An error as text: `TypeError: terminated`; only its name, where the trace has no sensitive data. */
const TEXT = /^(?<name>[A-Za-z_$][\w$]*)(?:: (?<message>.*))?$/s;

/** The HTTP status with which the OpenAI client begins its messages. */
const STATUS = /^(?<status>[45]\d\d) /;

/** What failed, as far as a span tells by its texts: the class and the HTTP status. Undefined of one that did not. */
export function errorOf({ error }: AgentsSpan): Error | undefined {
  if (error === null) return undefined;
  const told = error.data?.['error'];
  const { name, message = error.message } = (typeof told === 'string' && TEXT.exec(told)?.groups) || {};
  const known = NAMES.find(([text]) => text.test(message))?.[1];
  const status = STATUS.exec(message)?.groups?.['status'];
  return Object.assign(new Error('A span ended with an error.'), {
    name: known ?? name ?? 'Error',
    ...(status === undefined ? {} : { status: Number(status) }),
  });
}
