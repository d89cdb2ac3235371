export { type ChannelEvent, ChannelEvents, isNoteOff, isNoteOn, keyId } from './channel-events.js';
export { MIDI_EXTENSIONS } from './container.js';
export { channelMessage, META, META_LENGTHS, type MetaEvent } from './message-table.js';
export type { KeySignature, Marker, Tempo, TimeSignature } from './meta.js';
export { hex, MidiError } from './midi-error.js';
export type { MidiProblem } from './problem-list.js';
export { type MidiFile, type ReadingOptions, readMidi, type Track } from './read-midi.js';
