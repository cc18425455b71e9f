// Every repetition is bounded: the documents are the user's, and a hostile one must not stall the process.
const IMAGE = /!\[[^\]\n]{0,200}\](?:\([^)\n]{0,500}\)|\[[^\]\n]{0,100}\])/g;
const LINK = /\[([^\]\n]{0,200})\](?:\([^)\n]{0,500}\)|\[[^\]\n]{0,100}\])/g;
const TAG = /<\/?[a-zA-Z!][^<>]{0,500}>/g;
const MARKS = /\*{1,3}|`{1,3}|~~/g;

/** What a reader sees of a piece of Markdown: no images, link targets, tags or emphasis. */
export function plainText(markdown: string): string {
  return markdown
    .replace(IMAGE, '')
    .replace(LINK, '$1')
    .replace(TAG, '')
    .replace(MARKS, '')
    .replace(/\s{1,1000}/g, ' ')
    .trim();
}
