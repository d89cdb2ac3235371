export { type SoundOptions, soundEvents } from './sound-events.js';
export { type EventToWrite, type FileToWrite, type TrackToWrite, writeMidi } from './write-midi.js';
