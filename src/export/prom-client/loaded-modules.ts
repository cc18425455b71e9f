/** The exports of the module of that file, if it is loaded. */
export function exportsOf(path: string): unknown {
  return attempt(() => require.cache[path]?.exports as unknown);
}

/** The files of all modules that are loaded. In a bundle, say, none are found. */
export function loadedFiles(): string[] {
  return attempt(() => Object.keys(require.cache)) ?? [];
}

/** Looking must never harm: bundlers replace `require`, Plug'n'Play refuses what is not declared. */
export function attempt<Result>(look: () => Result): Result | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
