export { type ArrangedPart, type Arrangement, arrange } from './arrange.js';
export { keySignature, marker, setTempo, timeSignature, trackName } from './meta-events.js';
export { completed, renderingParams, songToMidi } from './render-song.js';
export { type SoundOptions, soundEvents } from './sound-events.js';
export { type FileToWrite, type MidiOptions, type TrackToWrite, writeMidi } from './write-midi.js';
