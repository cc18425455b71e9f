import { normaliseName } from '../../collection/executions/execution-name';
import { classNameOf, isObject, readField } from './error-fields';

const MAX_LENGTH = 64;

/** Some codes of databases and clouds have that many; a telephone, card or social security number and a UUID have more. */
const MAX_DIGITS = 6;

/** A name and a code are free text, and a sentence in Chinese is written without spaces: only a class may have any letter. */
const IDENTIFIER = /^[\w$.-]*[a-z][\w$.-]*$/i;
const CLASS_NAME = /^[\p{L}\p{M}\p{N}_$.-]*\p{L}[\p{L}\p{M}\p{N}_$.-]*$/u;

/** What says no more than `Error`; a driver for Postgres calls its errors `error`. */
const GENERIC = /^error$/i;

/**
 * The class name, or the code where the name is just `Error`. The thrown value decides on both, and they become a
 * label of the endpoint: what does not look like an identifier may be data and is passed over.
 */
export function errorTypeOf(thrown: unknown): string {
  if (!isObject(thrown)) return thrown === null ? 'null' : typeof thrown;
  const type =
    identifier(readField(thrown, 'name'), IDENTIFIER) ??
    identifier(classNameOf(thrown), CLASS_NAME) ??
    identifier(readField(thrown, 'code'), IDENTIFIER);
  return type === undefined ? 'Error' : normaliseName(type);
}

function identifier(text: unknown, form: RegExp): string | undefined {
  if (typeof text !== 'string' || text.length > MAX_LENGTH || GENERIC.test(text) || !form.test(text)) return undefined;
  return text.replace(/\P{N}/gu, '').length > MAX_DIGITS ? undefined : text;
}
