import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { filesInFolder, InputError, kindAt } from '@etude/engine';
import { MIDI_EXTENSIONS, MidiError, type MidiFile, readMidi, type Track } from '@etude/midi-reader';
import { isDrum, type Note, notesOf, PROGRAMS, piecesOf, pitchName } from '@etude/music';

import { secondsOf } from '@etude/report';
import { EXIT } from './fail.js';
import { formatColumns, plainLines, printJson } from './print.js';

/** Tracks that are shown of one file. */
const MOST_TRACKS = 256;

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
  const refused = (message: string) => new InputError([{ place: path, message }]);
  const kind = kindAt(path);
  if (kind === undefined) throw refused('there is no such file or folder');
  if (kind === 'file') return [path];
  if (kind !== 'folder') throw refused(`expected a file or a folder, found a ${kind}`);
  const skipped = (file: string, why: string) => console.error(plainLines(`${file} is left out: ${why}`));
  const files = filesInFolder(path, MIDI_EXTENSIONS, { root: path, skipped });
  if (files.length === 0) throw refused('there are no MIDI files in this folder');
  return files.map((file) => file.path).sort();
}

function inspect(path: string, strict: boolean): Inspection {
  const bytes = readFileSync(path);
  const head = { file: path, bytes: bytes.length };
  try {
    const file = readMidi(bytes, { strict });
    const { format, division, tempos, timeSignatures, keySignatures, markers, problems } = file;
    const played = notesByTrack(file);
    const tracks = file.tracks.map((track, index) => inspectTrack(file, track, played[index]!));
    const notes = file.tracks.reduce((sum, track) => sum + track.notes, 0);
    const seconds = rounded(secondsOf(file));
    const maps = { tempos, timeSignatures, keySignatures, markers };
    return { ...head, format, division, seconds, notes, tracks, ...maps, problems };
  } catch (error) {
    if (!(error instanceof MidiError)) throw error;
    return { ...head, error: error.message };
  }
}

/** The notes of each track, with the instruments that play them: another track may have set them. */
function notesByTrack(file: MidiFile): Note[][] {
  const tracks: Note[][] = file.tracks.map(() => []);
  for (const [index, piece] of piecesOf(file).entries()) {
    // In format 2 a track is a piece.
    for (const note of notesOf(piece)) tracks[file.format === 2 ? index : note.track]!.push(note);
  }
  return tracks;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}

interface TrackInspection {
  readonly name: string;
  /** counted from 1, as musicians do */
  readonly channels: readonly number[];
  /** numbers of General MIDI, counted from 0, of the instruments that play its notes */
  readonly programs: readonly number[];
  /** whether it has notes of percussion */
  readonly percussion: boolean;
  readonly notes: number;
  readonly events: number;
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
  readonly length: number;
  /** in format 2, where each track is a piece of its own */
  readonly piece?: Pick<MidiFile, MapName> & { readonly seconds: number };
}

type MapName = 'tempos' | 'timeSignatures' | 'keySignatures';

function inspectTrack(file: MidiFile, track: Track, played: readonly Note[]): TrackInspection {
  const { name, events, notes, length, tempos, timeSignatures, keySignatures } = track;
  const channels = new Set(Array.from(events.messages, (message) => ((message >> 16) & 15) + 1));
  // Percussion has sounds for keys, and no range.
  const pitched = played.filter((note) => !isDrum(note));
  let [lowest, highest] = [128, -1];
  for (const { key } of pitched) [lowest, highest] = [Math.min(lowest, key), Math.max(highest, key)];
  return {
    ...{ name, channels: [...channels].sort((a, b) => a - b), programs: [...new Set(pitched.map((n) => n.program))] },
    ...{ percussion: pitched.length < played.length, notes, events: events.length },
    ...{ lowest: highest < 0 ? undefined : lowest, highest: highest < 0 ? undefined : highest, length },
    ...(file.format === 2 && {
      piece: {
        ...{ tempos, timeSignatures, keySignatures },
        seconds: rounded(secondsOf({ ...file, tempos, tracks: [track] })),
      },
    }),
  };
}

function printOne(file: Inspection): void {
  if (file.error !== undefined) {
    console.log(plainLines(`${file.file}: ${file.error}`));
    return;
  }
  const { format, division, tracks, markers, problems } = file;
  const pieces = format === 2 ? `, ${tracks!.length} pieces` : '';
  console.log(
    formatColumns([
      ['file', `${file.file} (${file.bytes.toLocaleString('en')} bytes)`],
      ['format', `${format}, ${divisionText(division!)}`],
      ['length', `${file.seconds!.toFixed(1)} s, ${file.notes!.toLocaleString('en')} notes${pieces}`],
      ...(format === 2 ? [] : mapsOf(file)),
      ...(markers!.length > 0 ? [['markers', list(markers!, (m) => `${m.text}${at(m.tick)}`, '')]] : []),
    ]),
  );
  console.log('');
  const rows = tracks!
    .slice(0, MOST_TRACKS)
    .map((track, index) => [
      ...[String(index), track.name || '-', track.channels.join(' ') || '-', instruments(track) || '-'],
      ...[String(track.notes), String(track.events), range(track), String(track.length)],
      ...(track.piece ? [track.piece.seconds.toFixed(1), ...mapsOf(track.piece).map(([, text]) => text)] : []),
    ]);
  const head = ['track', 'name', 'channels', 'instruments', 'notes', 'events', 'range', 'ticks'];
  if (format === 2) head.push('seconds', 'tempo', 'metre', 'key');
  console.log(formatColumns([head, ...rows], (column) => [0, 4, 5, 7, 8].includes(column)));
  if (tracks!.length > MOST_TRACKS)
    console.log(`and ${tracks!.length - MOST_TRACKS} more tracks; --json lists them all`);
  if (problems!.length === 0) return;
  console.log(`\n${problems!.length} problem${problems!.length === 1 ? '' : 's'}`);
  for (const { track, offset, problem, done } of problems!) {
    console.log(plainLines(`  ${track === undefined ? '' : `track ${track}, `}byte ${offset}: ${problem}; ${done}`));
  }
}

/** What a piece says of its tempo, metre and key, each with its name. */
function mapsOf({ tempos, timeSignatures, keySignatures }: Pick<Inspection, MapName>): [string, string][] {
  const tempo = ({ tick, microseconds }: MidiFile['tempos'][number]) =>
    `${(6e7 / microseconds).toFixed(1)} a minute${at(tick)}`;
  return [
    ['tempo', list(tempos!, tempo, 'none (120 a minute)')],
    ['metre', list(timeSignatures!, (t) => `${t.numerator}/${t.denominator}${at(t.tick)}`, 'none (4/4)')],
    ['key', list(keySignatures!, (k) => `${keyName(k)}${at(k.tick)}`, 'none')],
  ];
}

function at(tick: number): string {
  return tick === 0 ? '' : ` (tick ${tick})`;
}

function list<T>(values: readonly T[], text: (value: T) => string, none: string): string {
  const shown = values.slice(0, 8).map(text).join(', ');
  const more = values.length > 8 ? `, and ${values.length - 8} more` : '';
  return values.length === 0 ? none : shown + more;
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

function instruments({ percussion, programs }: TrackInspection): string {
  const named = programs.slice(0, 3).map((program) => PROGRAMS[program]!);
  if (percussion) named.push('percussion');
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
