import { isObject, readField } from '../outcomes/error-fields';

/** What `pipeline()` of Node hands to a source whose consumer has gone. */
export function isPrematureClose(error: unknown): boolean {
  return isObject(error) && readField(error, 'code') === 'ERR_STREAM_PREMATURE_CLOSE';
}
