import { format, isFunctionNode, parse, typeOf, type MathNode } from 'mathjs';
import { CalculationError } from './tool.error';

const MAX_LENGTH = 200;

/**
 * Arithmetic on numbers and units, and nothing else of mathjs: its language also makes matrices (`zeros(1e4, 1e4)` takes
 * the process's whole memory), assigns, parses and imports. What may be called is therefore listed, so that a result
 * costs no more than its expression is long.
 */
const NODES = new Set(['ConstantNode', 'OperatorNode', 'ParenthesisNode', 'FunctionNode', 'SymbolNode']);
const FUNCTIONS = new Set(
  `abs acos asin atan atan2 cbrt ceil cos cosh exp floor hypot log log10 log2 max mean median min mod pow round sign sin
  sinh sqrt sum tan tanh`.split(/\s+/),
);
const RESULTS = new Set(['number', 'Complex', 'Unit']);

/**
 * The value of an expression such as `2 * (3 + 4)`, `sqrt(2)` or `5 km to mile`, as text.
 *
 * @throws CalculationError if it is no arithmetic, too long, or has no finite result
 */
export function calculate(expression: string): string {
  if (expression.length > MAX_LENGTH) {
    throw new CalculationError(`an expression has ${MAX_LENGTH} characters at most, this one ${expression.length}`);
  }
  const value = evaluate(expression);
  if (!RESULTS.has(typeOf(value)) || value === Infinity || value === -Infinity || Number.isNaN(value)) {
    throw new CalculationError(`"${expression}" has no finite number as its result`);
  }
  return format(value, { precision: 14 });
}

function evaluate(expression: string): unknown {
  try {
    const tree = parse(expression);
    tree.traverse(assertArithmetic);
    return tree.evaluate();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CalculationError(`"${expression}" cannot be calculated: ${reason}`, { cause: error });
  }
}

function assertArithmetic(node: MathNode): void {
  if (!NODES.has(node.type)) throw new Error(`${node.type} is no arithmetic`);
  if (!isFunctionNode(node)) return;
  const name = node.fn.toString();
  if (!FUNCTIONS.has(name)) throw new Error(`${name} is no function that may be called`);
}
