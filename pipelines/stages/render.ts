import { type ChannelEvent, isNoteOn } from '@etude/midi-reader';
import { setTempo, soundEvents, timeSignature, trackName, writeMidi } from '@etude/midi-writer';
import { defineStage, StageError } from '@etude/pipeline';
import { fromEventText, parseTokens, TokenError } from '@etude/tokenizer';
import * as z from 'zod';
import { trackFromJson } from './track-json.js';

export const render = defineStage({
  name: 'render',
  version: 1,
  summary: 'Writes songs as MIDI files with the division, tempo and metre of their source',
  params: z.strictObject({
    format: z
      .union([z.literal(0), z.literal(1)])
      .default(0)
      .describe('MIDI file format: 0 has one track, 1 a conductor track besides'),
    longestNote: z
      .number()
      .positive()
      .default(8)
      .describe('beats (quarter notes) after which a note that was never ended is ended'),
  }),
  inputs: { songs: 'files', track: 'file' },
  outputs: { songs: 'files' },
  run({ inputs, params }) {
    const source = trackFromJson(inputs.track.text());
    const conductor = [...atStart(source.tempos).map(setTempo), ...atStart(source.timeSignatures).map(timeSignature)];
    const { division } = source;
    const songs = inputs.songs.map(({ path, text }) => {
      const written = eventsOf(path, text());
      const longestNote = Math.max(1, Math.round(params.longestNote * division));
      const events = soundEvents([...missingPrograms(written, [...source.events]), ...written], {
        longestNote,
        lastNote: division,
      });
      if (params.format === 0) return writeMidi({ format: 0, division, tracks: [{ meta: conductor, events }] });
      return writeMidi({
        format: 1,
        division,
        tracks: [
          { meta: conductor, events: [] },
          { meta: [trackName(source.name)], events },
        ],
      });
    });
    return { songs };
  },
});

function eventsOf(path: string, text: string): ChannelEvent[] {
  try {
    return fromEventText(parseTokens(text));
  } catch (error) {
    if (error instanceof TokenError) throw new StageError(`${path}: ${error.message}`);
    throw error;
  }
}

/** The first value, which a song of any length begins with. */
function atStart<T extends { tick: number }>(values: readonly T[]): T[] {
  return values.slice(0, 1).map((value) => ({ ...value, tick: 0 }));
}

/** The source's instruments for channels on which a song does not choose one before its first note. */
function missingPrograms(song: readonly ChannelEvent[], source: readonly ChannelEvent[]): ChannelEvent[] {
  const chosen = programsBeforeNotes(song);
  return [...programsBeforeNotes(source)]
    .filter(([channel]) => !chosen.has(channel))
    .map(([channel, data1]) => ({ tick: 0, status: 0xc0 | channel, data1, data2: 0 }));
}

function programsBeforeNotes(events: readonly ChannelEvent[]): Map<number, number> {
  const programs = new Map<number, number>();
  const playing = new Set<number>();
  for (const event of events) {
    const channel = event.status & 15;
    if (isNoteOn(event)) playing.add(channel);
    if (event.status >> 4 === 0xc && !playing.has(channel)) programs.set(channel, event.data1);
  }
  return programs;
}
