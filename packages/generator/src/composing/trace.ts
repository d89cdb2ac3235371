import type { Grammar } from '@etude/tokenizer';
import type { TokenTrace } from '../sampling/song-draft.js';
import type { Section } from './form/form.js';

/** A token, and how it came into the song. */
export type TraceRow = Omit<TokenTrace, 'id'> & { readonly token: string };

/** A row of a trace that was read again. */
export interface TracedToken {
  /** where the song stands after the token, in quarter notes */
  readonly quarter: number;
  /** how likely the model held it, 0 to 1; undefined for a first token */
  readonly probability: number | undefined;
  /** rules that were given up for it, joined by `+` */
  readonly relaxed: string;
  /** what was injected with it */
  readonly disturbance: string;
  /** the section that it is the first token of, with an apostrophe where that is a varied repeat */
  readonly section: string;
}

const HEADER = 'token,quarter,probability,refused,relaxed,disturbance,section';

/**
 * A trace as CSV: a row for each token that the model heard: which, where the song stands after it in quarter notes, how likely the model held
 * it, how many were refused before it, which rules were given up, what was injected, and which section begins with it.
 * @param sections of a song in a form, in their order
 * @example
 * const first = { token: 'Pitch_60', probability: 0.25, isGiven: false, refused: 0, relaxed: [], disturbance: '' };
 * traceToCsv([first], grammar); // 'token,quarter,probability,refused,relaxed,disturbance,section\nPitch_60,0,0.2500,0,,,\n'
 */
export function traceToCsv(trace: readonly TraceRow[], grammar: Grammar, sections: readonly Section[] = []): string {
  const reader = grammar.reader();
  const left = [...sections];
  const rows = trace.map(({ token, probability, refused, relaxed, disturbance }) => {
    const tick = reader.timeAfter(token);
    reader.add(token);
    const section = left[0] && tick >= left[0].tick ? left.shift()!.name : '';
    const quarter = Number((tick / grammar.division).toFixed(3));
    const likely = probability?.toPrecision(4) ?? '';
    return [token, quarter, likely, refused, relaxed.join('+'), disturbance, section].join(',');
  });
  return `${[HEADER, ...rows].join('\n')}\n`;
}

/** A trace, written as {@link traceToCsv} made it. */
export const traceFormat = {
  parse: (bytes: Uint8Array): TracedToken[] => traceFromCsv(new TextDecoder().decode(bytes)),
  serialize: (csv: string): string => csv,
};

function traceFromCsv(csv: string): TracedToken[] {
  const [header, ...rows] = csv.trimEnd().split('\n');
  if (header !== HEADER) throw new Error(`expected the columns ${HEADER}, found ${header?.slice(0, 80)}`);
  return rows.map((row) => {
    const [, quarter, probability, , relaxed = '', disturbance = '', section = ''] = row.split(',');
    return {
      ...{ quarter: Number(quarter), relaxed, disturbance, section },
      probability: probability ? Number(probability) : undefined,
    };
  });
}
