import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DRUM_CHANNEL, isNoteOn, MidiError, type MidiFile, PROGRAMS, readMidi, type Track } from '@etude/midi-reader';
import { InputError } from '@etude/pipeline';
import { pitchName, secondsOf } from '@etude/report';
import { EXIT } from './fail.js';
import { formatColumns, printable, printJson } from './print.js';

const MIDI_NAME = /\.(mid|midi|rmi|kar|smf)$/i;

/** What MIDI files hold, and what is wrong with them: one file in full, of a folder a line for each. */
export function inspectCommand(paths: readonly string[], { json = false, strict = false }: InspectOptions): void {
  const files = paths.flatMap((path) => filesAt(path).map((file) => inspect(file, strict)));
  const one = paths.length === 1 && files.length === 1 && files[0]!.file === paths[0];
  if (json) printJson(one ? files[0] : files);
  else if (one) printOne(files[0]!);
  else printTable(files);
  if (one && files[0]!.error !== undefined) process.exitCode = EXIT.wrongInput;
}

interface InspectOptions {
  readonly json?: boolean;
  readonly strict?: boolean;
}

interface Inspection {
  readonly file: string;
  readonly bytes: number;
  /** why nothing of the file could be read */
  readonly error?: string;
  readonly format?: number;
  readonly division?: number;
  readonly seconds?: number;
  readonly notes?: number;
  readonly tracks?: readonly TrackInspection[];
  readonly tempos?: MidiFile['tempos'];
  readonly timeSignatures?: MidiFile['timeSignatures'];
  readonly keySignatures?: MidiFile['keySignatures'];
  readonly markers?: MidiFile['markers'];
  readonly problems?: MidiFile['problems'];
}

function filesAt(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new InputError([{ place: path, message: 'there is no such file or folder' }]);
  }
  if (!isFolder) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => MIDI_NAME.test(name));
  if (names.length === 0) throw new InputError([{ place: path, message: 'there are no MIDI files in this folder' }]);
  return names.sort().map((name) => join(path, name));
}

function inspect(path: string, strict: boolean): Inspection {
  const bytes = readFileSync(path);
  const head = { file: path, bytes: bytes.length };
  try {
    const file = readMidi(bytes, { strict });
    const { format, division, tempos, timeSignatures, keySignatures, markers, problems } = file;
    const tracks = file.tracks.map(inspectTrack);
    const notes = file.tracks.reduce((sum, track) => sum + track.notes, 0);
    const seconds = Math.round(secondsOf(file) * 100) / 100;
    const maps = { tempos, timeSignatures, keySignatures, markers };
    return { ...head, format, division, seconds, notes, tracks, ...maps, problems };
  } catch (error) {
    if (!(error instanceof MidiError)) throw error;
    return { ...head, error: error.message };
  }
}

interface TrackInspection {
  readonly name: string;
  /** counted from 1, as musicians do */
  readonly channels: readonly number[];
  /** numbers of General MIDI, counted from 0 */
  readonly programs: readonly number[];
  readonly notes: number;
  readonly events: number;
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
  readonly length: number;
}

function inspectTrack({ name, events, notes, length }: Track): TrackInspection {
  const channels = new Set<number>();
  const programs = new Set<number>();
  let [lowest, highest] = [128, -1];
  for (const event of events) {
    channels.add((event.status & 15) + 1);
    if (event.status >> 4 === 0xc) programs.add(event.data1);
    // Percussion has sounds for keys, and no range.
    if (isNoteOn(event) && (event.status & 15) !== DRUM_CHANNEL) {
      lowest = Math.min(lowest, event.data1);
      highest = Math.max(highest, event.data1);
    }
  }
  return {
    ...{ name, channels: [...channels].sort((a, b) => a - b), programs: [...programs], notes, events: events.length },
    ...{ lowest: highest < 0 ? undefined : lowest, highest: highest < 0 ? undefined : highest, length },
  };
}

function printOne(file: Inspection): void {
  if (file.error !== undefined) {
    console.log(`${file.file}: ${file.error}`);
    return;
  }
  const { format, division, tracks, tempos, timeSignatures, keySignatures, markers, problems } = file;
  const at = (tick: number) => (tick === 0 ? '' : ` (tick ${tick})`);
  const list = <T>(values: readonly T[], text: (value: T) => string, none: string) => {
    const shown = values.slice(0, 8).map(text).join(', ');
    const more = values.length > 8 ? `, and ${values.length - 8} more` : '';
    return values.length === 0 ? none : shown + more;
  };
  console.log(
    formatColumns([
      ['file', `${file.file} (${file.bytes.toLocaleString('en')} bytes)`],
      ['format', `${format}, ${divisionText(division!)}`],
      ['length', `${file.seconds!.toFixed(1)} s, ${file.notes!.toLocaleString('en')} notes`],
      [
        'tempo',
        list(tempos!, (t) => `${(6e7 / t.microseconds).toFixed(1)} a minute${at(t.tick)}`, 'none (120 a minute)'),
      ],
      ['metre', list(timeSignatures!, (t) => `${t.numerator}/${t.denominator}${at(t.tick)}`, 'none (4/4)')],
      ['key', list(keySignatures!, (k) => `${keyName(k)}${at(k.tick)}`, 'none')],
      ...(markers!.length > 0 ? [['markers', list(markers!, (m) => `${printable(m.text)}${at(m.tick)}`, '')]] : []),
    ]),
  );
  console.log('');
  const rows = tracks!.map((track, index) => [
    ...[String(index), printable(track.name) || '-', track.channels.join(' ') || '-', instruments(track) || '-'],
    ...[String(track.notes), String(track.events), range(track), String(track.length)],
  ]);
  const head = ['track', 'name', 'channels', 'instruments', 'notes', 'events', 'range', 'ticks'];
  console.log(formatColumns([head, ...rows], (column) => [0, 4, 5, 7].includes(column)));
  if (problems!.length === 0) return;
  console.log(`\n${problems!.length} problem${problems!.length === 1 ? '' : 's'}`);
  for (const { track, offset, problem, done } of problems!) {
    console.log(`  ${track === undefined ? '' : `track ${track}, `}byte ${offset}: ${problem}; ${done}`);
  }
}

function printTable(files: readonly Inspection[]): void {
  const head = ['file', 'format', 'tracks', 'notes', 'seconds', 'channels', 'problems'];
  const rows = files.map(({ file, error, format, tracks = [], notes, seconds, problems = [] }) =>
    error === undefined
      ? [
          ...[relative('.', file), String(format), String(tracks.length), String(notes), seconds!.toFixed(1)],
          String(new Set(tracks.flatMap(({ channels }) => channels)).size),
          problems.length === 0 ? '-' : `${problems.length}: ${problems[0]!.problem}`,
        ]
      : [relative('.', file), '-', '-', '-', '-', '-', error],
  );
  console.log(formatColumns([head, ...rows], (column) => column > 0 && column < 6));
}

function divisionText(division: number): string {
  return division < 0x8000
    ? `${division} ticks a quarter note`
    : `${256 - (division >> 8)} frames a second of ${division & 255} ticks`;
}

function instruments({ channels, programs }: TrackInspection): string {
  const named = programs.slice(0, 3).map((program) => PROGRAMS[program]!);
  if (channels.includes(DRUM_CHANNEL + 1)) named.push('percussion');
  return named.join(', ') + (programs.length > 3 ? ', …' : '');
}

function range({ lowest, highest }: TrackInspection): string {
  return lowest === undefined ? '-' : `${pitchName(lowest)} to ${pitchName(highest!)}`;
}

function keyName({ sharps, minor }: MidiFile['keySignatures'][number]): string {
  const major = ['C♭', 'G♭', 'D♭', 'A♭', 'E♭', 'B♭', 'F', 'C', 'G', 'D', 'A', 'E', 'B', 'F♯', 'C♯'];
  const ofMinor = ['A♭', 'E♭', 'B♭', 'F', 'C', 'G', 'D', 'A', 'E', 'B', 'F♯', 'C♯', 'G♯', 'D♯', 'A♯'];
  return `${(minor ? ofMinor : major)[sharps + 7]} ${minor ? 'minor' : 'major'}`;
}
