import { type ChannelEvent, ChannelEvents, type MidiFile, type Track } from '@etude/midi-reader';

/** The content of `track.json`: one track's events, and what of its file is needed to write MIDI again. */
export type TrackJson = Pick<MidiFile, 'division' | 'tempos' | 'timeSignatures'> & Pick<Track, 'name' | 'events'>;

/** JSON with a line for each event. */
export function trackToJson({ division, name, tempos, timeSignatures, events }: TrackJson): string {
  const head = JSON.stringify({ division, name, tempos, timeSignatures }, undefined, 2).slice(0, -2);
  return `${head},\n  "events": [\n${[...events].map((event) => `    ${JSON.stringify(event)}`).join(',\n')}\n  ]\n}\n`;
}

export function trackFromJson(text: string): TrackJson {
  const { events, ...rest } = JSON.parse(text) as Omit<TrackJson, 'events'> & { events: ChannelEvent[] };
  return { ...rest, events: ChannelEvents.of(events) };
}
