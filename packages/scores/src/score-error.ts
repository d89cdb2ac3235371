/** Where in the text of a score, both counted from 1. */
export interface ScorePlace {
  readonly line: number;
  readonly column: number;
}

/** Something in a score that was read around, and no note was lost. */
export interface ScoreWarning extends ScorePlace {
  readonly message: string;
}

/** Something in a score without which its music cannot be read. */
export class ScoreError extends Error implements ScorePlace {
  readonly line: number;
  readonly column: number;

  constructor({ line, column }: ScorePlace, problem: string) {
    super(problem);
    this.name = 'ScoreError';
    this.line = line;
    this.column = column;
  }
}
