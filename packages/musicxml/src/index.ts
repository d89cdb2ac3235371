export { MusicXmlError, type MusicXmlPlace, type MusicXmlWarning } from './music-xml-error.js';
export { type MusicXmlMusic, type MusicXmlOptions, musicXmlToMidi } from './music-xml-to-midi.js';
