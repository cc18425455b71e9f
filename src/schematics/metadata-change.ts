import type typescript from 'typescript';
import type { FileStyle } from './file-style';
import type { Syntax } from './syntax';
import { insertion, type TextChange } from './text-change';

/** Puts `element` behind the last one of an array literal. */
export function appendElement(
  syntax: Syntax,
  style: FileStyle,
  array: typescript.ArrayLiteralExpression,
  element: string,
): TextChange[] {
  const last = array.elements.at(-1);
  if (!last) return fillBrackets(syntax, style, array, { inline: element, line: `${element},` });
  // Behind the comments of the last element, which stay where they are.
  const { hasTrailingComma } = array.elements;
  const { end, isLineComment } = endOfLineComments(syntax, hasTrailingComma ? array.elements.end : last.end);
  const comma = hasTrailingComma ? [] : [insertion(last.end, ',')];
  const isOnOwnLine = style.beginsLine(last.getStart(syntax.source)) || isLineComment;
  const space = isOnOwnLine ? style.lineBreak + style.indentAt(last.getStart(syntax.source)) : ' ';
  return [...comma, insertion(end, `${space}${element}${hasTrailingComma ? ',' : ''}`)];
}

/** Puts `property` before the first one of an object literal. */
export function prependProperty(
  syntax: Syntax,
  style: FileStyle,
  object: typescript.ObjectLiteralExpression,
  property: string,
): TextChange[] {
  const { source } = syntax;
  const first = object.properties[0];
  if (!first) return fillBrackets(syntax, style, object, { inline: ` ${property} `, line: `${property},` });
  const { end } = endOfLineComments(syntax, object.getStart(source) + 1);
  if (style.beginsLine(first.getStart(source))) {
    return [insertion(end, `${style.lineBreak}${style.indentAt(first.getStart(source))}${property},`)];
  }
  const isSpaced = /\s/.test(source.text.charAt(end));
  return [insertion(end, isSpaced ? ` ${property},` : `${property}, `)];
}

/** Between brackets that hold white space and comments at most. */
function fillBrackets(
  { source }: Syntax,
  style: FileStyle,
  literal: typescript.Expression,
  { inline, line }: { readonly inline: string; readonly line: string },
): TextChange[] {
  const start = literal.getStart(source) + 1;
  const end = literal.end - 1;
  const content = source.text.slice(start, end);
  const indent = style.indentAt(end);
  if (!content.includes('\n'))
    return [{ start, end, text: content.trim() ? `${content.trimEnd()} ${inline.trimStart()}` : inline }];
  return [
    {
      start: start + content.trimEnd().length,
      end,
      text: `${style.lineBreak}${indent}${style.indentation}${line}${style.lineBreak}${indent}`,
    },
  ];
}

/** Where the comments end that follow `offset` on its line, and whether the last one takes the rest of the line. */
function endOfLineComments({ ts, source }: Syntax, offset: number): { end: number; isLineComment: boolean } {
  const last = ts.getTrailingCommentRanges(source.text, offset)?.at(-1);
  return { end: last?.end ?? offset, isLineComment: last?.kind === ts.SyntaxKind.SingleLineCommentTrivia };
}
