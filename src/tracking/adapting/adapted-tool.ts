import { SPEC_KEYS } from '../declaring/shared-metadata';

export { adaptedOptions } from '../declaring/adapted-options';

/** Whether a function is a tracked tool already, with a name and a limit of its own. */
export function isTrackedTool(fn: object): boolean {
  return Reflect.hasOwnMetadata(SPEC_KEYS.tool, fn);
}
