import { keySignature, setTempo, type TrackToWrite, timeSignature, trackName, writeMidi } from '@etude/midi-writer';
import { AbcError, type AbcPlace, type AbcWarning } from './abc-error.js';
import { asWritten, changesOf, upbeatOf, withoutTempos } from './changes.js';
import { checkFields, checkTune } from './check-tune.js';
import { type AudioCommand, audioOf, parseTune, type TempoElement } from './parsed-tune.js';
import { withoutLooseTies } from './ties.js';
import { type TuneText, tuneTextsOf } from './tune-texts.js';

/** Ticks a quarter note. */
const DIVISION = 480;
const TICKS_PER_WHOLE = 4 * DIVISION;
/** Of every note: the notation says nothing of dynamics, and accents by rule would only make three tokens of one. */
const VELOCITY = 96;
const USUAL_TEMPO = 500_000;
const SLOWEST_TEMPO = 0xff_ffff;
/** How abcjs names percussion, which has a channel in MIDI and no program. */
const PERCUSSION = 128;

export interface AbcMusic {
  /** a Standard MIDI File of format 1: a conductor track, then a track for each name of a voice */
  readonly bytes: Uint8Array;
  /** what was read around, in the order of the text */
  readonly warnings: readonly AbcWarning[];
}

export interface AbcOptions {
  /**
   * where a tune with an upbeat begins: `inside-bar`, which is the default, with a rest before it, so that bars are where the tune has them; `at-once`, which moves
   * its bar lines
   */
  readonly upbeats?: 'inside-bar' | 'at-once';
  /**
   * `played`, which is the default: repeats and endings in their order, grace notes that take their time from the note behind them; `written`: every bar
   * once, in the order of the text, and no grace notes
   */
  readonly scores?: 'played' | 'written';
  /** whether to write key signatures; left out by default */
  readonly keySignatures?: boolean;
}

/** A tune of a book, as a file of its own. */
export interface AbcTune {
  /** where its field `X:` is */
  readonly place: AbcPlace;
  /** its first `T:`, or nothing */
  readonly title: string;
  /** its music; or why it cannot be read, with the place */
  readonly music: AbcMusic | AbcError;
}

/**
 * The music of a text in ABC notation. Voices of one name are the staves of one instrument, and one track. The tunes of a book follow
 * each other, a bar of silence between; one that gives no tempo has that of the first one.
 *
 * @throws {AbcError} with line and column, where notes would be lost or cannot be played
 * @example
 * const { bytes, warnings } = abcToMidi('X:1\nL:1/4\nK:C\nCEGc|'); // no warnings
 * const [piece] = piecesOf(readMidi(bytes));
 * notesOf(piece).map(({ key }) => key); // [60, 64, 67, 72]
 */
export function abcToMidi(abc: string, options: AbcOptions = {}): AbcMusic {
  return musicOf(tuneTextsOf(abc), { line: 1, column: 1 }, options);
}

/**
 * The tunes of a book one by one, so that a tune that cannot be read costs none of the others. A text without `X:` is one tune.
 * @example
 * for (const { title, music } of tunesOf(text)) console.log(title, music instanceof AbcError ? music.message : music.bytes.length);
 */
export function* tunesOf(abc: string, options: AbcOptions = {}): Generator<AbcTune> {
  for (const tune of tuneTextsOf(abc)) {
    const { start: place, title } = tune;
    try {
      yield { place, title, music: musicOf([tune], place, options) };
    } catch (error) {
      if (!(error instanceof AbcError)) throw error;
      yield { place, title, music: error };
    }
  }
}

function musicOf(tunes: readonly TuneText[], start: AbcPlace, options: AbcOptions): AbcMusic {
  const music = new Music(options);
  for (const tune of tunes) music.add(tune);
  if (music.isEmpty) throw new AbcError(start, 'there are no notes in this text');
  return { bytes: music.toBytes(), warnings: music.warnings };
}

interface Voice {
  readonly name: string;
  /** of General MIDI, or {@link PERCUSSION} */
  readonly program: number;
  readonly notes: { readonly start: number; readonly end: number; readonly key: number }[];
}

/** The tunes of a book, one after the other. */
class Music {
  readonly warnings: AbcWarning[] = [];
  readonly #voices: Voice[] = [];
  readonly #metres: { tick: number; numerator: number; denominator: number }[] = [];
  readonly #tempos: { tick: number; microseconds: number }[] = [];
  readonly #keys: { tick: number; sharps: number; minor: boolean }[] = [];
  readonly #options: AbcOptions;
  /** tick at which the next tune begins */
  #from = 0;
  /** microseconds a quarter note, with which the first tune begins */
  #usualTempo: number | undefined;

  constructor(options: AbcOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#voices.every(({ notes }) => notes.length === 0);
  }

  add(tune: TuneText): void {
    const { upbeats, scores, keySignatures } = this.#options;
    checkFields(tune);
    const parsed = parseTune(tune, (warning) => this.warnings.push(warning));
    checkTune(parsed, tune);
    const { num: numerator, den: denominator } = parsed.getMeterFraction();
    const bar = barTicks({ numerator, denominator });
    if (scores === 'written') asWritten(parsed);
    const voices = withoutTempos(parsed);
    withoutLooseTies(voices);
    const { tracks, totalDuration } = audioOf(parsed, tune);
    const upbeat = toTicks(upbeatOf(voices[0] ?? [], numerator / denominator));
    const from = this.#from + (upbeats === 'at-once' || upbeat === 0 ? 0 : bar - upbeat);
    this.#addMetre({ tick: this.#from, numerator, denominator });
    const tempo = this.#microsecondsOf(parsed.metaText.tempo, tune);
    this.#usualTempo ??= tempo ?? USUAL_TEMPO;
    this.#addTempo(this.#from, tempo);
    const changes = changesOf(voices);
    for (const { time, ...metre } of changes.metres) {
      if (time > 0) this.#addMetre({ tick: from + toTicks(time), ...metre });
    }
    for (const { time, element } of changes.tempos) {
      this.#addTempo(from + toTicks(time), this.#microsecondsOf(element, tune) ?? tempo);
    }
    for (const { time, ...key } of keySignatures ? changes.keys : []) {
      this.#addKey({ tick: time === 0 ? this.#from : from + toTicks(time), ...key });
    }
    for (const [index, track] of tracks.entries()) {
      this.#addTrack(track, { name: index === 0 ? 'Melody' : `Voice ${index + 1}`, from, tune });
    }
    const last = this.#metres.at(-1)!;
    const bars = Math.ceil((from + toTicks(totalDuration) - last.tick) / barTicks(last));
    this.#from = last.tick + (bars + 1) * barTicks(last);
  }

  toBytes(): Uint8Array {
    const tempos = this.#tempos.map(setTempo);
    const metres = this.#metres.map(timeSignature);
    const meta = [...tempos, ...metres, ...this.#keys.map(keySignature)].sort((a, b) => a.tick - b.tick);
    const tracks = this.#voices.map((voice, index) => toTrack(voice, index));
    return writeMidi({ format: 1, division: DIVISION, tracks: [{ meta, events: [] }, ...tracks] });
  }

  #addMetre(metre: { tick: number; numerator: number; denominator: number }): void {
    const last = this.#metres.at(-1);
    if (last?.numerator === metre.numerator && last.denominator === metre.denominator) return;
    if (last?.tick === metre.tick) this.#metres.pop();
    this.#metres.push(metre);
  }

  #addKey(key: { tick: number; sharps: number; minor: boolean }): void {
    const last = this.#keys.at(-1);
    if (last?.sharps !== key.sharps || last.minor !== key.minor) this.#keys.push(key);
  }

  /** @param microseconds a quarter note; undefined: as the first tune begins */
  #addTempo(tick: number, microseconds = this.#usualTempo!): void {
    const last = this.#tempos.at(-1);
    if (last?.microseconds === microseconds) return;
    if (last?.tick === tick) this.#tempos.pop();
    this.#tempos.push({ tick, microseconds });
  }

  #microsecondsOf(tempo: TempoElement | undefined, tune: TuneText): number | undefined {
    if (tempo?.bpm === undefined) return undefined;
    const lengths = typeof tempo.duration === 'number' ? [tempo.duration] : (tempo.duration ?? [0.25]);
    const beat = lengths.reduce((sum, length) => sum + length, 0);
    const microseconds = Math.round(60e6 / (tempo.bpm * beat * 4));
    if (microseconds >= 1 && microseconds <= SLOWEST_TEMPO) return microseconds;
    this.warnings.push({
      ...tune.placeOf(tempo.startChar ?? 0),
      message: 'expected a tempo from 4 to 60,000,000 quarter notes a minute; this one is left out',
    });
    return undefined;
  }

  #addTrack(
    commands: readonly AudioCommand[],
    { name: fallback, from, tune }: { name: string; from: number; tune: TuneText },
  ): void {
    const named = commands.find((command) => command.cmd === 'text' && command.type === 'name') as
      | { text: string }
      | undefined;
    const name = named?.text ?? fallback;
    let voice = this.#voices.find((candidate) => candidate.name === name);
    if (voice === undefined) {
      voice = { name, program: this.#programOf(commands, tune), notes: [] };
      this.#voices.push(voice);
    }
    for (const command of commands) {
      if (command.cmd !== 'note') continue;
      const { pitch: key, start: time, duration, startChar } = command;
      const place = () => (startChar === undefined ? tune.start : tune.placeOf(startChar));
      if (!Number.isFinite(time + duration)) {
        throw new AbcError(place(), 'it cannot be told how long this note lasts: does a tuplet cross a bar line?');
      }
      if (!(Number.isInteger(key) && key >= 0 && key <= 127)) {
        throw new AbcError(place(), "expected a note that MIDI has, from C,,,,, to g'''', transpositions counted in");
      }
      const start = from + toTicks(time);
      // A note that would end where it begins would never end.
      voice.notes.push({ start, end: Math.max(start + 1, from + toTicks(time + duration)), key });
    }
  }

  #programOf(commands: readonly AudioCommand[], tune: TuneText): number {
    const program = commands.find((command) => command.cmd === 'program')?.instrument ?? 0;
    if (Number.isInteger(program) && program >= 0 && program <= PERCUSSION) return program;
    this.warnings.push({ ...tune.start, message: `expected a program from 0 to 127, found ${program}; taken as 0` });
    return 0;
  }
}

/** The tenth channel is left to percussion (General MIDI 1); more than 15 voices share the others. */
function toTrack({ name, program, notes }: Voice, index: number): TrackToWrite {
  const isDrum = program === PERCUSSION;
  const place = index % 15;
  const channel = isDrum ? 9 : place < 9 ? place : place + 1;
  const events = notes.flatMap(({ start, end, key }) => [
    { tick: start, status: 0x90 | channel, data1: key, data2: VELOCITY },
    { tick: end, status: 0x80 | channel, data1: key, data2: 0 },
  ]);
  // At one tick notes end before others begin, the lower before the higher.
  events.sort((a, b) => a.tick - b.tick || a.status - b.status || a.data1 - b.data1);
  const head = isDrum ? [] : [{ tick: 0, status: 0xc0 | channel, data1: program, data2: 0 }];
  return { meta: [trackName(name)], events: [...head, ...events] };
}

function barTicks({ numerator, denominator }: { numerator: number; denominator: number }): number {
  return (TICKS_PER_WHOLE * numerator) / denominator;
}

function toTicks(wholeNotes: number): number {
  return Math.round(wholeNotes * TICKS_PER_WHOLE);
}
