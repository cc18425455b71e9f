/** A piece of a document under one heading: what the crew finds, reads and quotes. */
export interface Section {
  /** `path#anchor` as a Markdown viewer would link it; the bare path for what stands above the first heading. */
  readonly id: string;
  /** Where the document lies, relative to the folder of all documents, with `/` on every platform. */
  readonly path: string;
  /** The document's title. */
  readonly title: string;
  readonly heading: string;
  /** The Markdown below the heading, up to the next one. */
  readonly text: string;
}
