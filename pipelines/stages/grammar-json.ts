import type { GrammarSettings } from '@etude/tokenizer';

/** The content of `grammar.json`: what it takes to read the tokens, and how they are shared out. */
export interface GrammarJson {
  readonly settings: GrammarSettings;
  /** of all pieces */
  readonly notes: number;
  /** what the grid moved, where there is one */
  readonly grid?: {
    readonly stepsPerBeat: number;
    readonly events: number;
    readonly moved: number;
    /** ticks a quarter note that the next two are counted in */
    readonly division: number;
    readonly mostTicks: number;
    readonly meanTicks: number;
  };
  /** for each piece how many tokens it has, and how many of them, from its beginning, are to be learnt from */
  readonly parts: { readonly tokens: number; readonly training: number }[];
}

export function grammarToJson({ parts, ...rest }: GrammarJson): string {
  const head = JSON.stringify(rest, undefined, 2).slice(0, -2);
  return `${head},\n  "parts": [\n${parts.map((part) => `    ${JSON.stringify(part)}`).join(',\n')}\n  ]\n}\n`;
}

export function grammarFromJson(text: string): GrammarJson {
  return JSON.parse(text) as GrammarJson;
}
