import { Server, type CustomTransportStrategy } from '@nestjs/microservices';

/** Receives nothing. */
export class SilentTransport extends Server implements CustomTransportStrategy {
  listen(callback: () => void) {
    callback();
  }

  close() {}

  on() {}

  unwrap<Client>(): Client {
    throw new Error('There is none.');
  }
}
