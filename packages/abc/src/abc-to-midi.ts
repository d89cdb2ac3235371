import { setTempo, type TrackToWrite, timeSignature, trackName, writeMidi } from '@etude/midi-writer';
import abcjs from 'abcjs';

/** Ticks a quarter note. */
const DIVISION = 480;
const TICKS_PER_WHOLE = 4 * DIVISION;
/** Of every note: the notation says nothing of dynamics, and accents by rule would only make three tokens of one. */
const VELOCITY = 96;

interface Voice {
  readonly name: string;
  readonly program: number;
  readonly notes: { readonly start: number; readonly end: number; readonly key: number }[];
}

/**
 * A Standard MIDI File of format 1 for a text in ABC notation: a conductor track, then a track for each name of a voice
 * (voices of one name are the staves of one instrument). The tunes of a book follow each other, a bar of silence between.
 * Tempo is that of the first tune.
 *
 * @throws {Error} at anything that abcjs does not understand
 */
export function abcToMidi(abc: string): Uint8Array {
  const voices: Voice[] = [];
  const timeSignatures: { tick: number; numerator: number; denominator: number }[] = [];
  let tempo: number | undefined;
  let from = 0;
  for (const tune of abcjs.parseOnly(abc)) {
    const title = tune.metaText.title ?? 'untitled';
    if (tune.warnings) throw new Error(`${title}: ${tune.warnings.join('; ').replace(/<[^>]*>/g, '')}`);
    const { num, den } = tune.getMeterFraction();
    const numerator = Number(num);
    const denominator = Number(den);
    const metre = timeSignatures.at(-1);
    if (metre?.numerator !== numerator || metre.denominator !== denominator) {
      timeSignatures.push({ tick: from, numerator, denominator });
    }
    tempo ??= quarterMicroseconds(tune.metaText.tempo);
    const { tracks, totalDuration } = tune.setUpAudio({ chordsOff: true } as abcjs.SynthOptions) as unknown as AbcAudio;
    for (const [index, track] of tracks.entries()) {
      addTrack(voices, track, index === 0 ? 'Melody' : `Voice ${index + 1}`, from);
    }
    const bar = (TICKS_PER_WHOLE * numerator) / denominator;
    from += (Math.ceil(toTicks(totalDuration) / bar) + 1) * bar;
  }
  const meta = [setTempo({ tick: 0, microseconds: tempo! }), ...timeSignatures.map(timeSignature)];
  const tracks = voices.map((voice, index) => toTrack(voice, index));
  return writeMidi({ format: 1, division: DIVISION, tracks: [{ meta, events: [] }, ...tracks] });
}

/** What abcjs's setUpAudio returns; durations and starts are in whole notes. */
interface AbcAudio {
  readonly totalDuration: number;
  readonly tracks: readonly (readonly AbcCommand[])[];
}
type AbcCommand =
  | { readonly cmd: 'text'; readonly type: string; readonly text: string }
  | { readonly cmd: 'program'; readonly instrument: number }
  | { readonly cmd: 'note'; readonly pitch: number; readonly start: number; readonly duration: number };

function addTrack(voices: Voice[], commands: readonly AbcCommand[], fallbackName: string, from: number): void {
  const named = commands.find((command) => command.cmd === 'text' && command.type === 'name') as
    | { text: string }
    | undefined;
  const name = named?.text ?? fallbackName;
  const program = commands.find((command) => command.cmd === 'program')?.instrument ?? 0;
  let voice = voices.find((candidate) => candidate.name === name);
  if (voice === undefined) {
    voice = { name, program, notes: [] };
    voices.push(voice);
  }
  for (const command of commands) {
    if (command.cmd !== 'note') continue;
    const start = from + toTicks(command.start);
    voice.notes.push({ start, end: from + toTicks(command.start + command.duration), key: command.pitch });
  }
}

/** Channel 10 is left to percussion (General MIDI 1). */
function toTrack({ name, program, notes }: Voice, index: number): TrackToWrite {
  const channel = index < 9 ? index : index + 1;
  const events = notes.flatMap(({ start, end, key }) => [
    { tick: start, status: 0x90 | channel, data1: key, data2: VELOCITY },
    { tick: end, status: 0x80 | channel, data1: key, data2: 0 },
  ]);
  // At one tick notes end before others begin, the lower before the higher.
  events.sort((a, b) => a.tick - b.tick || a.status - b.status || a.data1 - b.data1);
  return {
    meta: [trackName(name)],
    events: [{ tick: 0, status: 0xc0 | channel, data1: program, data2: 0 }, ...events],
  };
}

function toTicks(wholeNotes: number): number {
  return Math.round(wholeNotes * TICKS_PER_WHOLE);
}

function quarterMicroseconds(tempo: { duration?: number[]; bpm?: number } | undefined): number {
  const { duration: [beat] = [0.25], bpm = 120 } = tempo ?? {};
  return Math.round(60e6 / (bpm * beat! * 4));
}
