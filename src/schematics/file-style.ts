/** How a file is written, so that what we add looks like the rest. */
export class FileStyle {
  readonly lineBreak: string;
  /** One level of indentation. */
  readonly indentation: string;

  constructor(private readonly text: string) {
    this.lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
    // A block comment's lines begin with a space that indents nothing.
    this.indentation = /^(\t| +)(?![\s*])/m.exec(text)?.[1] ?? '  ';
  }

  /** The white space with which the line of `offset` begins. */
  indentAt(offset: number): string {
    const line = this.text.slice(this.lineStart(offset));
    return /^[\t ]*/.exec(line)![0];
  }

  /** Whether only white space precedes `offset` on its line. */
  beginsLine(offset: number): boolean {
    return this.text.slice(this.lineStart(offset), offset).trim() === '';
  }

  private lineStart(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1;
  }
}
