import { keepShapes } from '../../runtime/kept-shapes';

/**
 * Pages of numbers as they were when they were first asked for. A page holds the numbers of many series, and copying it costs
 * little more than copying those of one.
 */
export class PageCopies {
  private readonly copies = new Map<Float64Array, Float64Array>();

  of(page: Float64Array): Float64Array {
    let copy = this.copies.get(page);
    if (copy === undefined) this.copies.set(page, (copy = page.slice()));
    return copy;
  }
}

keepShapes(new PageCopies());
