import { isObject, readField } from './error-fields';

/** The second is what Node 24 says where the stream was closed before `pipeline` began. */
const CODES = ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE'];

/**
 * What `pipeline()` and `finished()` of Node say where a stream was closed before its end and no error closed it: most often
 * a response whose client has left. Node's own error names its code in its text. An HTTP client such as node-fetch puts the
 * code on an error of its own, for a server that has cut off its answer: that is a failure.
 */
export function isPrematureClose(error: unknown): boolean {
  if (!isObject(error)) return false;
  const code = readField(error, 'code');
  return CODES.some((premature) => code === premature && textOf(error).startsWith(`Error [${premature}]`));
}

function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return '';
  }
}
