import { BadGatewayException } from '@nestjs/common';

/** The model's server could not be reached or gave no answer: the caller's question was fine, hence a 502. */
export class ModelUnavailableError extends BadGatewayException {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/** The server is there and has too much to do; it may answer the next time. */
export class ModelBusyError extends ModelUnavailableError {}
