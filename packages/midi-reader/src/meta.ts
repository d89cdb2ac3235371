import { type MidiEvent, parseMidi } from 'midi-file';
import { META, type MetaEvent } from './message-table.js';
import { decodeText } from './text.js';

export interface Tempo {
  readonly tick: number;
  /** microseconds per quarter note, 1 to 0xffffff */
  readonly microseconds: number;
}

export interface TimeSignature {
  readonly tick: number;
  /** 1 to 255 */
  readonly numerator: number;
  /** the note value of a beat: 1, 2, 4, 8, … 128 */
  readonly denominator: number;
}

export interface KeySignature {
  readonly tick: number;
  /** sharps where above 0, flats where below; -7 to 7 */
  readonly sharps: number;
  readonly minor: boolean;
}

export interface Marker {
  readonly tick: number;
  readonly text: string;
}

/** What the meta events of a track say. */
export interface MetaContent {
  /** from the first track name event; empty where there is none */
  readonly name: string;
  /** the bytes of the name, one character each (Latin-1), where they are not UTF-8 */
  readonly nameBytes?: string;
  readonly tempos: readonly Tempo[];
  readonly timeSignatures: readonly TimeSignature[];
  readonly keySignatures: readonly KeySignature[];
  readonly markers: readonly Marker[];
}

const NOTHING: MetaContent = { name: '', tempos: [], timeSignatures: [], keySignatures: [], markers: [] };

/** midi-file spreads a text's bytes over a function call, which fails for many more. */
const LONGEST_TEXT = 65_536;
const READ: ReadonlySet<number> = new Set([
  META.trackName,
  META.marker,
  META.setTempo,
  META.timeSignature,
  META.keySignature,
]);

/**
 * Decodes meta events with midi-file, to which they are handed as a track of their own.
 *
 * @param unusable told of values that no music can have, such as a tempo of 0; they are left out
 */
export function readMeta(meta: readonly MetaEvent[], unusable: (what: string) => void): MetaContent {
  const read = meta.filter(({ type }) => READ.has(type));
  if (read.length === 0) return NOTHING;
  const content = { name: '', tempos: [], timeSignatures: [], keySignatures: [], markers: [] } as {
    name: string;
    nameBytes?: string;
    tempos: Tempo[];
    timeSignatures: TimeSignature[];
    keySignatures: KeySignature[];
    markers: Marker[];
  };
  const [events] = parseMidi(asFile(read)).tracks;
  let named = false;
  read.forEach(({ tick, data }, index) => {
    const event = events![index] as MidiEvent;
    switch (event.type) {
      case 'trackName':
        if (!named) {
          const { text, bytes } = decodeText(data.subarray(0, LONGEST_TEXT));
          content.name = text;
          if (bytes !== undefined) content.nameBytes = bytes;
        }
        named = true;
        break;
      case 'marker':
        content.markers.push({ tick, text: decodeText(data.subarray(0, LONGEST_TEXT)).text });
        break;
      case 'setTempo':
        if (event.microsecondsPerBeat > 0) content.tempos.push({ tick, microseconds: event.microsecondsPerBeat });
        else unusable('a tempo of 0');
        break;
      case 'timeSignature': {
        const { numerator, denominator } = event;
        if (numerator > 0 && denominator >= 1 && denominator <= 128) {
          content.timeSignatures.push({ tick, numerator, denominator });
        } else unusable(`a metre of ${numerator} over 2 to the ${data[1]}`);
        break;
      }
      case 'keySignature':
        if (Math.abs(event.key) <= 7 && event.scale <= 1) {
          content.keySignatures.push({ tick, sharps: event.key, minor: event.scale === 1 });
        } else unusable(`a key of ${event.key} sharps and mode ${event.scale}`);
        break;
    }
  });
  return content;
}

/** A file whose only track holds these meta events, which is what midi-file reads. */
function asFile(meta: readonly MetaEvent[]): Uint8Array {
  const bytes = [0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 0, 0, 1, 0, 96, 0x4d, 0x54, 0x72, 0x6b, 0, 0, 0, 0];
  for (const { type, data } of meta) {
    const cut = data.subarray(0, LONGEST_TEXT);
    bytes.push(0, 0xff, type, 128 | (cut.length >> 14), 128 | ((cut.length >> 7) & 127), cut.length & 127);
    for (const byte of cut) bytes.push(byte);
  }
  const file = Uint8Array.from(bytes);
  new DataView(file.buffer).setUint32(18, file.length - 22);
  return file;
}
