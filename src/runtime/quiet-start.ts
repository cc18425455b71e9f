/** The injection token of a module that wants nothing said of a start. Registered, so that every copy of the package knows it. */
export const QUIET_START = Symbol.for('nestjs-agent-metrics@1:quiet-start');
