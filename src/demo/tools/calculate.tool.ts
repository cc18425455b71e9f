import { Injectable } from '@nestjs/common';
import { TrackTool } from '../../index';
import { calculate } from './calculator';

@Injectable()
export class CalculateTool {
  /** @throws CalculationError for what is no arithmetic */
  @TrackTool('calculate')
  run(expression: string): string {
    return calculate(expression);
  }
}
