const kept: object[] = [];

/**
 * Keeps objects so that V8 keeps the code that it has compiled for others of their class: at each full collection that
 * finds none of them it throws that code away, and the next calls take up to twelve times as long. Each must be as those in
 * use are: where they hold fractions, V8 gives one that holds whole numbers another shape.
 */
export function keepShapes(...objects: object[]): void {
  kept.push(...objects);
}
