/** Why there is no answer, in the words that the page is told. */
export type FleetReason = 'timeout' | 'unreachable' | 'refused' | 'bad_answer' | 'busy';

/** The server has not answered what it was asked. The message is for the log of the application only. */
export class FleetFault extends Error {
  constructor(
    readonly reason: FleetReason,
    message: string,
  ) {
    super(message);
    this.name = 'FleetFault';
  }
}
