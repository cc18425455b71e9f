/** What a tool was asked and cannot do. The crew says so in its answer and goes on; any other error is a bug. */
export abstract class ToolError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

export class SectionNotFoundError extends ToolError {}

export class CalculationError extends ToolError {}
