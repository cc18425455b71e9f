import { CalculateTool } from './calculate.tool';
import { CalculationError } from './tool.error';

describe('CalculateTool', () => {
  const calculator = new CalculateTool();

  it.each([
    ['2 * (3 + 4)', 14],
    ['2 ^ 10 mod 7', 2],
    ['-5!', -120],
    ['2 * pi', 2 * Math.PI],
  ])('%s is %d', (expression, value) => {
    expect(calculator.run(expression)).toBe(value);
  });

  it.each([
    ['an unknown word', '6 * (7 + bananas)', 'Undefined symbol bananas'],
    ['an unfinished expression', '6 * (7 +', 'Unexpected end of expression'],
    ['an infinite result', '1 / 0', 'not a finite number'],
    ['a text', '"a"', 'not a finite number'],
    ['a function call', 'zeros(10000, 10000)', 'FunctionNode is not arithmetic'],
    ['a range', '1:100000000', 'RangeNode is not arithmetic'],
    ['an assignment', 'pi = 3', 'AssignmentNode is not arithmetic'],
    ['a property', '"a".constructor', 'AccessorNode is not arithmetic'],
    ['several expressions', '1; 2', 'BlockNode is not arithmetic'],
  ])('refuses %s', (_, expression, reason) => {
    expect(() => calculator.run(expression)).toThrow(CalculationError);
    expect(() => calculator.run(expression)).toThrow(reason);
  });
});
