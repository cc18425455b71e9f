import {
  BadRequestException,
  GatewayTimeoutException,
  NotFoundException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { isRefusal } from '../answers/refusal';

const EXCEPTIONS = {
  400: BadRequestException,
  404: NotFoundException,
  503: ServiceUnavailableException,
  504: GatewayTimeoutException,
};

/** A refusal as the exception of Nest that exception filters know; any other error as it is. */
export function asHttpException(error: unknown): unknown {
  return isRefusal(error) ? new EXCEPTIONS[error.status](error.message || undefined) : error;
}
