/** An item of the list below. */
export interface Linked<Item> {
  older: Item | undefined;
  newer: Item | undefined;
}

/**
 * What is in progress, oldest first. Its items are linked to each other, because each call enters and leaves: a Set would
 * hash twice for every call, and grow and shrink with the load.
 */
export class LinkedList<Item extends Linked<Item>> {
  private first: Item | undefined;
  private last: Item | undefined;

  get oldest(): Item | undefined {
    return this.first;
  }

  add(item: Item): void {
    item.older = this.last;
    if (this.last === undefined) this.first = item;
    else this.last.newer = item;
    this.last = item;
  }

  /** Does nothing with one that is not in the list. */
  remove(item: Item): void {
    const { older, newer } = item;
    if (older === undefined && this.first !== item) return;
    if (older === undefined) this.first = newer;
    else older.newer = newer;
    if (newer === undefined) this.last = older;
    else newer.older = older;
    item.older = item.newer = undefined;
  }

  list(): Item[] {
    const list: Item[] = [];
    for (let item = this.first; item !== undefined; item = item.newer) list.push(item);
    return list;
  }
}
