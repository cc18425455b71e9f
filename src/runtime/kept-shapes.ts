const kept: object[] = [];

/**
 * Keeps objects so that V8 keeps the code that it has compiled for others of their class: at each full collection that
 * finds none of them it throws that code away. Between two scrapes there are none, and each would take ten times as long.
 */
export function keepShapes(...objects: object[]): void {
  kept.push(...objects);
}
