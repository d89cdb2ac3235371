import type { Part, Score } from '../score.js';
import { ScoreError, type ScoreWarning } from '../score-error.js';
import { commonUnits } from '../units.js';
import type { Document, Element } from './document.js';
import { PartReader } from './read-part.js';

/**
 * Reads a score that is ordered by parts (MusicXML 4.0, `score-partwise`).
 * @throws {ScoreError} with the place of what is no music
 */
export function readScore(document: Document, warn: (warning: ScoreWarning) => void): Score {
  const { root } = document;
  if (root.name !== 'score-partwise') {
    throw new ScoreError(document.placeOf(root), `expected a score-partwise, found a ${root.name}`);
  }
  const parts = root.all('part');
  const division = commonDivision(document, parts);
  const listed = new Map(
    root
      .child('part-list')
      ?.all('score-part')
      .map((part) => [part.attribute('id'), part]),
  );
  return {
    division,
    parts: parts.map((part, index): Part => {
      const about = listed.get(part.attribute('id'));
      const reader = new PartReader(document, division, drumsOf(about), warn);
      const measures = part.all('measure').map((measure) => reader.read(measure));
      return { name: about?.text('part-name') || `Part ${index + 1}`, program: programOf(about), measures };
    }),
  };
}

function commonDivision(document: Document, parts: readonly Element[]): number {
  const all: number[] = [];
  for (const measure of parts.flatMap((part) => part.all('measure'))) {
    for (const attributes of measure.all('attributes')) {
      const divisions = attributes.number('divisions');
      if (divisions === undefined) continue;
      if (!(divisions > 0 && divisions < 1e6)) {
        const found = attributes.text('divisions');
        throw new ScoreError(document.placeOf(attributes), `expected divisions from 1 to 999,999, found "${found}"`);
      }
      all.push(Math.ceil(divisions));
    }
  }
  return commonUnits(all);
}

function programOf(about: Element | undefined): number {
  const program = about?.child('midi-instrument')?.number('midi-program') ?? 1;
  return Number.isInteger(program) && program >= 1 && program <= 128 ? program - 1 : 0;
}

/** The sounds of percussion of a part by their instruments' names in the document, counted from 0 as in MIDI. */
function drumsOf(about: Element | undefined): Map<string | undefined, number> {
  const drums = new Map<string | undefined, number>();
  for (const instrument of about?.all('midi-instrument') ?? []) {
    const key = instrument.number('midi-unpitched');
    if (key !== undefined && key >= 1 && key <= 128) drums.set(instrument.attribute('id'), key - 1);
  }
  return drums;
}
