/**
 * Where `@ApiExcludeController()` and `@ApiExcludeEndpoint()` of `@nestjs/swagger` keep what they say. Known here, so that
 * nothing of that package is needed where it is not in use.
 */
const EXCLUDED_CONTROLLER = 'swagger/apiExcludeController';
const EXCLUDED_ENDPOINT = 'swagger/apiExcludeEndpoint';

/** Leaves a controller out of the application's OpenAPI document, unless a decorator on it has said `false` to that. */
export function leaveOutOfApiDocument(controller: object): void {
  if (Reflect.hasMetadata(EXCLUDED_CONTROLLER, controller)) return;
  Reflect.defineMetadata(EXCLUDED_CONTROLLER, [true], controller);
}

/** Leaves a handler out of the application's OpenAPI document, whatever its controller says. */
export const NotInApiDocument =
  (): MethodDecorator =>
  <Handler>(_prototype: object, _name: string | symbol, { value }: TypedPropertyDescriptor<Handler>) =>
    Reflect.defineMetadata(EXCLUDED_ENDPOINT, { disable: true }, value as object);
