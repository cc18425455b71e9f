import type typescript from 'typescript';
import { importedNames, type Syntax } from './syntax';

/** The object in the brackets of `@Module()`, or why it cannot be extended. */
export type Metadata =
  | { readonly literal: typescript.ObjectLiteralExpression; readonly imports?: typescript.ArrayLiteralExpression }
  | string;

/** @param className without it, the only module of the file */
export function findMetadata(syntax: Syntax, className: string | undefined): Metadata {
  const { ts, source } = syntax;
  const modules = source.statements.flatMap((statement) => {
    const decorator = ts.isClassDeclaration(statement) && findDecorator(syntax, statement);
    return decorator ? [{ name: statement.name?.text, decorator }] : [];
  });
  const found = className === undefined ? modules : modules.filter(({ name }) => name === className);
  if (found.length > 1) return 'there are several modules in it';
  if (!found[0]) return `there is no class ${className ?? ''} with @Module() in it`.replace('  ', ' ');
  return readMetadata(syntax, found[0].decorator);
}

function findDecorator(syntax: Syntax, node: typescript.ClassDeclaration): typescript.CallExpression | undefined {
  const { ts } = syntax;
  const calls = (ts.getDecorators(node) ?? []).map(({ expression }) => expression).filter(ts.isCallExpression);
  return calls.find(({ expression }) => isModuleDecorator(syntax, expression));
}

function isModuleDecorator(syntax: Syntax, expression: typescript.Expression): boolean {
  const { ts } = syntax;
  const isImport = (node: typescript.Node, name: string) =>
    ts.isIdentifier(node) &&
    importedNames(syntax).some(
      ({ local, imported, from }) => from === '@nestjs/common' && imported === name && local === node.text,
    );
  if (!ts.isPropertyAccessExpression(expression)) return isImport(expression, 'Module');
  return expression.name.text === 'Module' && isImport(expression.expression, '*');
}

function readMetadata({ ts }: Syntax, decorator: typescript.CallExpression): Metadata {
  const literal = decorator.arguments[0];
  if (!literal || !ts.isObjectLiteralExpression(literal))
    return 'its @Module() takes something else than an object literal';
  // What is spread can bring, or replace, `imports`.
  if (literal.properties.some(ts.isSpreadAssignment)) return 'its @Module() spreads another object';
  if (literal.properties.some(({ name }) => name && ts.isComputedPropertyName(name))) {
    return 'its @Module() has computed names';
  }
  const property = literal.properties.find(({ name }) => isNamedImports(ts, name));
  if (!property) return { literal };
  if (!ts.isPropertyAssignment(property) || !ts.isArrayLiteralExpression(property.initializer)) {
    return 'its imports are not an array literal';
  }
  if (property.initializer.elements.some(ts.isSpreadElement)) return 'its imports spread another array';
  return { literal, imports: property.initializer };
}

function isNamedImports(ts: Syntax['ts'], name: typescript.PropertyName | undefined): boolean {
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) && name.text === 'imports';
}
