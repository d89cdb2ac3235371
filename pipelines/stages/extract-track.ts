import { MidiError, type MidiFile, readMidi } from '@etude/midi-reader';
import { defineStage, type InputFile, StageError, workspaceFile } from '@etude/pipeline';
import * as z from 'zod';
import { trackToJson } from './track-json.js';

export const extractTrack = defineStage({
  name: 'extract-track',
  version: 2,
  summary: 'Takes the channel events of one track out of a MIDI file',
  params: z.strictObject({
    source: workspaceFile(z.string().describe('the MIDI file to learn from; a path in the workspace')),
    track: z
      .union([z.literal('auto'), z.int().min(0)])
      .default('auto')
      .describe('the track to take, counted from 0; auto: track 1, or track 0 of a file that has only one'),
  }),
  inputs: {},
  outputs: { track: 'file', summary: 'file' },
  run({ params, files, say }) {
    const source = files.source!;
    const file = read(source);
    const index = params.track === 'auto' ? (file.tracks.length > 1 ? 1 : 0) : params.track;
    const track = file.tracks[index];
    if (track === undefined) {
      throw new StageError(`${source.path}: there is no track ${index}; the tracks are ${listOf(file) || 'none'}`);
    }
    for (const { track: where, offset, problem, done } of file.problems) {
      const place = where === undefined ? '' : ` track ${where},`;
      say(`${source.path}:${place} byte ${offset}: ${problem}; ${done}`);
    }
    if (track.events.length === 0) {
      throw new StageError(`${source.path}: track ${index} holds no channel events; the tracks are ${listOf(file)}`);
    }
    const why = params.track !== 'auto' ? '' : index === 1 ? ' (auto)' : ' (auto: there is no track 1)';
    say(`track ${index}${why}${track.name && ` "${track.name}"`}: ${track.notes} notes, ${track.events.length} events`);
    return {
      track: trackToJson({ ...file, name: track.name, events: track.events }),
      summary: `${JSON.stringify(summaryOf(file, index), undefined, 2)}\n`,
    };
  },
});

function read({ path, bytes }: InputFile): MidiFile {
  try {
    return readMidi(bytes);
  } catch (error) {
    if (error instanceof MidiError) throw new StageError(`${path}: ${error.message}`);
    throw error;
  }
}

function listOf({ tracks }: MidiFile): string {
  return tracks.map(({ name, notes }, index) => `${index}${name && ` "${name}"`} (${notes} notes)`).join(', ');
}

function summaryOf({ format, division, tempos, timeSignatures, problems, tracks }: MidiFile, chosen: number) {
  const entries = tracks.map(({ name, notes, events }, index) => ({ index, name, notes, events: events.length }));
  return { format, division, chosen, tempos, timeSignatures, problems, tracks: entries };
}
