export { type ChannelEvent, ChannelEvents, isNoteOff, isNoteOn, keyId } from './channel-events.js';
export { MIDI_EXTENSIONS } from './container.js';
export { channelMessage, META, META_LENGTHS, type MetaEvent } from './messages.js';
export type { KeySignature, Marker, Tempo, TimeSignature } from './meta.js';
export { hex, MidiError } from './midi-error.js';
export type { MidiProblem } from './problems.js';
export { type MidiFile, type ReadingOptions, readMidi, type Track } from './read-midi.js';
