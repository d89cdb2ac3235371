/** Where in an ABC text, both counted from 1. */
export interface AbcPlace {
  readonly line: number;
  readonly column: number;
}

/** Something in an ABC text that was read around, and no note was lost. */
export interface AbcWarning extends AbcPlace {
  readonly message: string;
}

/** Something in an ABC text without which its music cannot be read. */
export class AbcError extends Error implements AbcPlace {
  readonly line: number;
  readonly column: number;

  constructor({ line, column }: AbcPlace, problem: string) {
    super(problem);
    this.name = 'AbcError';
    this.line = line;
    this.column = column;
  }
}
