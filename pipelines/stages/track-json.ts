import type { ChannelEvent, Tempo, TimeSignature } from '@etude/midi-reader';

/** The content of `track.json`: one track's events, and what of its file is needed to write MIDI again. */
export interface TrackJson {
  /** the header's division word: ticks per quarter note, or SMPTE frames where bit 15 is set */
  readonly division: number;
  readonly name: string;
  readonly tempos: readonly Tempo[];
  readonly timeSignatures: readonly TimeSignature[];
  readonly events: readonly ChannelEvent[];
}

/** JSON with a line for each event. */
export function trackToJson({ division, name, tempos, timeSignatures, events }: TrackJson): string {
  const head = JSON.stringify({ division, name, tempos, timeSignatures }, undefined, 2).slice(0, -2);
  return `${head},\n  "events": [\n${events.map((event) => `    ${JSON.stringify(event)}`).join(',\n')}\n  ]\n}\n`;
}

export function trackFromJson(text: string): TrackJson {
  return JSON.parse(text) as TrackJson;
}
