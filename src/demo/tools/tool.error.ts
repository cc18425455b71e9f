/** A tool cannot do what it was asked. The crew says so in its answer and goes on; any other error is a bug. */
export abstract class ToolError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

export class SectionNotFoundError extends ToolError {}

export class CalculationError extends ToolError {}
