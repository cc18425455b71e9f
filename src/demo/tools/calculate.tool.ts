import { Injectable } from '@nestjs/common';
import { parse } from 'mathjs';
import { TrackTool } from '../../index';
import { CalculationError } from './tool.error';

/** No more of mathjs's language: `zeros(1e4, 1e4)` would take all memory of the process. */
const ARITHMETIC = /^(?:Constant|Operator|Parenthesis|Symbol)Node$/;

@Injectable()
export class CalculateTool {
  /** @throws CalculationError if it is not arithmetic, or its result not a finite number */
  @TrackTool('calculate')
  run(expression: string): number {
    try {
      const tree = parse(expression);
      tree.traverse(({ type }) => {
        if (!ARITHMETIC.test(type)) throw new Error(`${type} is not arithmetic`);
      });
      const value: unknown = tree.evaluate();
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      throw new Error('the result is not a finite number');
    } catch (error) {
      const { message } = error as Error;
      throw new CalculationError(`"${expression}" cannot be calculated: ${message}.`, { cause: error });
    }
  }
}
