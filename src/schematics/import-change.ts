import type typescript from 'typescript';
import type { FileStyle } from './file-style';
import { importDeclarations, specifierOf, type Syntax } from './syntax';
import { insertion, type TextChange } from './text-change';

/** Adds `name` to what is imported from `from`: to the names that already are, or with a statement of its own. */
export function importName(syntax: Syntax, style: FileStyle, name: string, from: string): TextChange {
  const declarations = importDeclarations(syntax);
  const names = declarations.filter((one) => specifierOf(one) === from).flatMap((one) => namesOf(syntax, one) ?? []);
  const last = names.at(-1);
  if (last) {
    const indent = style.indentAt(last.getStart(syntax.source));
    const isOnOwnLine = style.beginsLine(last.getStart(syntax.source));
    return insertion(last.end, `,${isOnOwnLine ? style.lineBreak + indent : ' '}${name}`);
  }
  return importStatement(syntax, style, declarations.at(-1)!, `{ ${name} }`, from);
}

function importStatement(
  { ts, source }: Syntax,
  style: FileStyle,
  neighbour: typescript.ImportDeclaration,
  names: string,
  from: string,
): TextChange {
  const quote = neighbour.moduleSpecifier.getText(source).charAt(0);
  const semicolon = neighbour.getText(source).endsWith(';') ? ';' : '';
  const comments = ts.getTrailingCommentRanges(source.text, neighbour.end);
  const end = comments?.at(-1)?.end ?? neighbour.end;
  return insertion(end, `${style.lineBreak}import ${names} from ${quote}${from}${quote}${semicolon}`);
}

function namesOf(
  { ts }: Syntax,
  { importClause }: typescript.ImportDeclaration,
): readonly typescript.ImportSpecifier[] | undefined {
  const bindings = importClause?.isTypeOnly ? undefined : importClause?.namedBindings;
  return bindings && ts.isNamedImports(bindings) ? bindings.elements : undefined;
}
