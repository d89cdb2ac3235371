import { ChannelEvents } from '@etude/midi-reader';
import { instrument, type Piece, programsOf, seed } from '@etude/music';
import * as z from 'zod';
import { keySignature, setTempo, timeSignature, trackName } from './meta-events.js';
import { soundEvents } from './sound-events.js';
import { writeMidi } from './write-midi.js';

const sevenBits = z.int().min(0).max(127).optional();
const part = z.strictObject({
  track: z.int().min(0).optional().describe('the track of the song that is meant, counted from 0'),
  channel: z.int().min(1).max(16).optional().describe('the channel that is meant'),
  instrument: instrument.optional().describe('name or number of a General MIDI instrument'),
  bank: z.int().min(0).max(0x3fff).optional().describe('bank of sounds'),
  volume: sevenBits.describe('volume, 0 to 127'),
  pan: z.int().min(-64).max(63).optional().describe('place between left, -64, and right, 63'),
  expression: sevenBits.describe('expression, 0 to 127'),
  reverb: sevenBits.describe('depth of the reverb, 0 to 127'),
  chorus: sevenBits.describe('depth of the chorus, 0 to 127'),
  sustain: z.enum(['bar', 'off']).optional().describe('the sustain pedal: down from bar line to bar line, or never'),
  transpose: z.int().min(-60).max(60).optional().describe('semitones up, or down'),
});
const arrangement = z.strictObject({
  tempo: z.number().min(4).max(1000).optional().describe('quarter notes a minute'),
  transpose: z.int().min(-60).max(60).optional().describe('semitones up, or down'),
  swing: z.number().min(0.5).max(0.8).optional().describe('where the second eighth of a beat begins; 0.5: straight'),
  tuning: z.number().min(220).max(880).optional().describe('frequency of the A above middle C in hertz'),
  humanize: z
    .strictObject({
      timing: z.number().min(0).max(200).default(8).describe('standard deviation of onsets in milliseconds'),
      velocity: z
        .number()
        .min(0)
        .max(64)
        .default(6)
        .describe(
          'standard deviation of velocities: phrases of four bars grow and fade, bar lines and high notes are louder',
        ),
      seed: seed.describe('seed of the variation'),
    })
    .optional()
    .describe('how much notes vary, as somebody would play them'),
  parts: z.array(part).optional().describe('how tracks or channels are played; later entries go over earlier ones'),
});

/** How songs are written as MIDI, and how they are played. */
export const renderingParams = z.strictObject({
  format: z
    .union([z.literal('auto'), z.literal(0), z.literal(1)])
    .default('auto')
    .describe('MIDI file format: 0 has one track, 1 a conductor track besides; auto: 0 for a song of one track'),
  longestNote: z
    .number()
    .positive()
    .default(8)
    .describe('beats (quarter notes) after which a note that was never ended is ended'),
  arrangement: arrangement.default({}).describe('instruments, tone and effects; what is left out stays as it is'),
});
export type RenderingParams = z.output<typeof renderingParams>;

/**
 * A song with what its grammar does not write down, taken from the source: names, first tempo and metre, instruments.
 * @example
 * const song = grammar.decode(grammar.encode(violin)); // in event-text, which has no names
 * completed(song, violin).tracks[0].name; // 'Violin I'
 */
export function completed(song: Piece, source: Piece): Piece {
  const programs = new Map(source.tracks.flatMap(({ events }) => [...programsOf(events)]));
  return {
    ...song,
    tempos: fromStart(song.tempos, source.tempos),
    timeSignatures: fromStart(song.timeSignatures, source.timeSignatures),
    tracks: song.tracks.map((track, index) => {
      const chosen = programsOf(track.events);
      const channels = new Set(Array.from(track.events, ({ status }) => status & 15));
      const missing = [...programs].filter(([channel]) => channels.has(channel) && !chosen.has(channel));
      const head = missing.map(([channel, data1]) => ({ tick: 0, status: 0xc0 | channel, data1, data2: 0 }));
      const isNamed = track.name !== '' || song.tracks.length > source.tracks.length;
      return { ...(isNamed ? track : source.tracks[index]!), events: ChannelEvents.of([...head, ...track.events]) };
    }),
  };
}

/**
 * The bytes of a MIDI file of a song, as the parameters want it.
 * @example
 * writeFileSync('song.mid', songToMidi(piece, renderingParams.parse({})));
 */
export function songToMidi(
  { division, tempos, timeSignatures, keySignatures, tracks }: Piece,
  { format, longestNote }: RenderingParams,
): Uint8Array {
  const sound = { longestNote: Math.max(1, Math.round(longestNote * division)), lastNote: division };
  const written = tracks.map(({ name, nameBytes, events }) => ({
    meta: name === '' ? [] : [trackName(name, nameBytes)],
    events: soundEvents([...events], sound),
  }));
  const meta = [...tempos.map(setTempo), ...timeSignatures.map(timeSignature), ...keySignatures.map(keySignature)];
  meta.sort((a, b) => a.tick - b.tick);
  if (format === 0 || (format === 'auto' && written.length <= 1)) {
    const events = written.flatMap((track) => track.events).sort((a, b) => a.tick - b.tick);
    const name = written.length === 1 ? written[0]!.meta : [];
    return writeMidi({ format: 0, division, tracks: [{ meta: [...name, ...meta], events }] });
  }
  return writeMidi({ format: 1, division, tracks: [{ meta, events: [] }, ...written] });
}

/** What a song says of its tempo or metre; what it says later than at its beginning begins with what the source says. */
function fromStart<T extends { tick: number }>(ofSong: readonly T[], ofSource: readonly T[]): T[] {
  if (ofSong[0]?.tick === 0) return [...ofSong];
  return [...ofSource.slice(0, 1).map((value) => ({ ...value, tick: 0 })), ...ofSong];
}
