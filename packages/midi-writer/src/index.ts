export { type EventToWrite, type FileToWrite, type TrackToWrite, writeMidi } from './write-midi.js';
