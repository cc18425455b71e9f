import { ROUTE_ARGS_METADATA, RESPONSE_PASSTHROUGH_METADATA } from '@nestjs/common/constants';

/** How Nest marks `@Res()` among a handler's parameters: its kind and its index. */
const RESPONSE_PARAMETER = /^1:(\d+)$/;

/**
 * Which parameter of a route handler is the response, where the handler answers through it itself: `@Res()` without
 * `passthrough`. Undefined for any other method.
 */
export function responseParameterOf(type: Function, method: string | symbol): number | undefined {
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, type, method) as object | undefined;
  if (parameters === undefined || Reflect.getMetadata(RESPONSE_PASSTHROUGH_METADATA, type, method)) return undefined;
  for (const key of Object.keys(parameters)) {
    const found = RESPONSE_PARAMETER.exec(key);
    if (found !== null) return Number(found[1]);
  }
  return undefined;
}
