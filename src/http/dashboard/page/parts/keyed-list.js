import { render } from '../libraries/lit-html.js';

/**
 * A list in which each item keeps its own element, with its focus and under the pointer, when others come or go before it.
 * Put `element` into a template; `draw` fills it.
 *
 * @template Item
 */
export class KeyedList {
  /** @type {Map<string, HTMLElement>} */
  parts = new Map();

  /**
   * @param {HTMLElement} element
   * @param {string} tag of its children
   * @param {(item: Item) => string} keyOf
   */
  constructor(element, tag, keyOf) {
    this.element = element;
    this.tag = tag;
    this.keyOf = keyOf;
  }

  /** @param {readonly Item[]} items each with a key of its own @param {(item: Item) => unknown} view the template of an item */
  draw(items, view) {
    const kept = new Set(items.map(this.keyOf));
    for (const [key, part] of this.parts) {
      if (kept.has(key)) continue;
      part.remove();
      this.parts.delete(key);
    }
    /** The element at the place of the next item. @type {Element | null} */
    let place = this.element.firstElementChild;
    for (const item of items) {
      const part = this.partOf(this.keyOf(item));
      render(view(item), part);
      if (part === place) place = place.nextElementSibling;
      else this.element.insertBefore(part, place);
    }
    return this.element;
  }

  /** @param {string} key */
  partOf(key) {
    const known = this.parts.get(key);
    if (known !== undefined) return known;
    const part = document.createElement(this.tag);
    this.parts.set(key, part);
    return part;
  }
}
