/** The first table of a Markdown text: a record by column for each of its rows. */
export function readTable(markdown: string): Record<string, string>[] {
  const lines = markdown.split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const rest = lines.slice(first);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  const [head, , ...rows] = (end === -1 ? rest : rest.slice(0, end)).map(readCells);
  return rows.map((cells) => Object.fromEntries(head!.map((column, index) => [column, cells[index]!])));
}

function readCells(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
