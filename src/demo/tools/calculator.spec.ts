import { calculate } from './calculator';
import { CalculationError } from './tool.error';

describe('calculate', () => {
  it.each([
    ['2 * (3 + 4)', '14'],
    ['0.1 + 0.2', '0.3'],
    ['sqrt(2) ^ 2', '2'],
    ['max(1, 2, 3) mod 2', '1'],
    ['-5!', '-120'],
    ['5 km to m', '5000 m'],
    ['2 * pi', '6.2831853071796'],
    ['sqrt(-4)', '2i'],
  ])('%s is %s', (expression, value) => {
    expect(calculate(expression)).toBe(value);
  });

  it.each([
    ['an unknown word', '6 * (7 + bananas)', 'Undefined symbol bananas'],
    ['an unfinished expression', '6 * (7 +', 'Unexpected end of expression'],
    ['an infinite result', '1 / 0', 'no finite number'],
    ['a result that is no number', '"a"', 'no finite number'],
    ['nothing', '', 'no finite number'],
  ])('refuses %s', (_, expression, reason) => {
    expect(() => calculate(expression)).toThrow(CalculationError);
    expect(() => calculate(expression)).toThrow(reason);
  });

  it.each(['import', 'createUnit', 'evaluate', 'parse', 'simplify', 'derivative', 'compile', 'zeros', 'factorial'])(
    'does not call %s',
    (name) => {
      expect(() => calculate(`${name}("1")`)).toThrow(`${name} is no function that may be called`);
    },
  );

  it.each([
    ['a range', '1:100000000'],
    ['a matrix', '[1, 2]'],
    ['an assignment', 'pi = 3'],
    ['a function definition', 'f(x) = f(x)'],
    ['an object', '{a: 1}'],
    ['a property', '"a".constructor'],
    ['several expressions', '1; 2'],
    ['a call of what is no name', '(1)(2)("a")'],
  ])('does not take %s for arithmetic', (_, expression) => {
    expect(() => calculate(expression)).toThrow(CalculationError);
  });

  it('limits the length of an expression', () => {
    expect(calculate(`${'1+'.repeat(99)}10`)).toBe('109');
    expect(() => calculate(`${'1+'.repeat(100)}1`)).toThrow('200 characters at most, this one 201');
  });
});
