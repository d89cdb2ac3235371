export { type ChannelEvent, channelMessage, isNoteOff, isNoteOn } from './messages.js';
export { hex, MidiError } from './midi-error.js';
export { type MidiFile, readMidi, type Tempo, type TimeSignature, type Track } from './read-midi.js';
