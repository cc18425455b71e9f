/** As schema.json describes them. `nest add` passes `sourceRoot`, and on whatever else was written behind it. */
export interface NestAddOptions {
  readonly sourceRoot?: string;
  readonly project?: string;
  readonly skipInstall?: boolean;
}
