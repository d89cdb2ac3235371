export { abcToMidi } from './abc-to-midi.js';
