import type { Element } from './parsed-tune.js';

/**
 * Takes out of voices the ties behind which no note of the same pitch stands: old transcriptions write slurs with them, and abcjs would join such a
 * note to one of its pitch anywhere behind.
 * @param voices elements of a parsed tune, which are changed
 */
export function withoutLooseTies(voices: readonly (readonly Element[])[]): void {
  for (const voice of voices) {
    let before: Element['pitches'] = [];
    const loosen = (next: Element['pitches'] = []) => {
      for (const pitch of before ?? []) if (!next.some((other) => other.pitch === pitch.pitch)) delete pitch.startTie;
    };
    for (const { el_type: type, rest, pitches } of voice) {
      if (type !== 'note' || rest?.type === 'spacer') continue;
      loosen(pitches);
      before = pitches;
    }
    loosen();
  }
}
