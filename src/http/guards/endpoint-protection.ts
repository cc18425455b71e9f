import type { CanActivate, Type } from '@nestjs/common';

/** What the user puts before the endpoint. It is before the page, too. */
export interface EndpointProtection {
  readonly guards: readonly (Type<CanActivate> | CanActivate)[];
  readonly decorators: readonly ClassDecorator[];
}
