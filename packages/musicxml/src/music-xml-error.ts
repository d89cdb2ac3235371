/** Where in a MusicXML document, both counted from 1. */
export interface MusicXmlPlace {
  readonly line: number;
  readonly column: number;
}

/** Something in a document that was read around, and no note was lost. */
export interface MusicXmlWarning extends MusicXmlPlace {
  readonly message: string;
}

/** Something in a document without which its music cannot be read. */
export class MusicXmlError extends Error implements MusicXmlPlace {
  readonly line: number;
  readonly column: number;

  constructor({ line, column }: MusicXmlPlace, problem: string) {
    super(problem);
    this.name = 'MusicXmlError';
    this.line = line;
    this.column = column;
  }
}
