import { normaliseName } from '../../collection/executions/execution-name';
import { classNameOf, isObject, readField } from './error-fields';

/** The class name, or the code where the name is just `Error` (`error` in pg). */
export function errorTypeOf(thrown: unknown): string {
  if (!isObject(thrown)) return thrown === null ? 'null' : typeof thrown;
  const candidates = [readField(thrown, 'name'), classNameOf(thrown), readField(thrown, 'code')];
  const type = candidates.find((name) => typeof name === 'string' && !/^(?:error)?$/i.test(name));
  return typeof type === 'string' ? normaliseName(type) : 'Error';
}
