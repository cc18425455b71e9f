/** An item of the heap, which alone writes these fields. */
export abstract class Due {
  /** A time of the clock. It begins as NaN because V8 would give a whole number another shape. */
  dueAt = NaN;
  /** Its index in the heap; negative while it does not wait. */
  place = -1;
  /** How many have been added before it: what is due at the same time comes in that order. */
  turn = 0;
}

/**
 * A binary heap; the item that is due next comes first. An item that is due last is added in constant time, which is nearly
 * every item where all wait equally long. A removed item leaves nothing behind: most calls end long before their limit.
 */
export class DueHeap<Item extends Due> {
  private readonly items: Item[] = [];
  private turns = 0;

  get next(): Item | undefined {
    return this.items[0];
  }

  /** Adds one that does not wait. */
  add(item: Item, dueAt: number): void {
    item.dueAt = dueAt;
    item.turn = this.turns += 1;
    this.items.push(item);
    this.rise(item, this.items.length - 1);
  }

  /** Takes one out, if it waits. */
  remove(item: Item): void {
    const { place } = item;
    if (place < 0) return;
    item.place = -1;
    const last = this.items.pop()!;
    if (last === item) return;
    this.rise(last, place);
    if (last.place === place) this.sink(last, place);
  }

  /** Moves it towards the beginning as long as its parent is due later. */
  private rise(item: Item, from: number): void {
    let place = from;
    while (place > 0) {
      const parentPlace = (place - 1) >> 1;
      const parent = this.items[parentPlace]!;
      if (!isBefore(item, parent)) break;
      this.put(parent, place);
      place = parentPlace;
    }
    this.put(item, place);
  }

  /** Moves it towards the end as long as one of its children is due earlier. */
  private sink(item: Item, from: number): void {
    let place = from;
    for (let child = this.earlierChild(place); child !== undefined; child = this.earlierChild(place)) {
      if (!isBefore(child, item)) break;
      const childPlace = child.place;
      this.put(child, place);
      place = childPlace;
    }
    this.put(item, place);
  }

  private earlierChild(place: number): Item | undefined {
    const left = this.items[2 * place + 1];
    const right = this.items[2 * place + 2];
    return right !== undefined && isBefore(right, left!) ? right : left;
  }

  private put(item: Item, place: number): void {
    this.items[place] = item;
    item.place = place;
  }
}

function isBefore(item: Due, other: Due): boolean {
  return item.dueAt === other.dueAt ? item.turn < other.turn : item.dueAt < other.dueAt;
}
