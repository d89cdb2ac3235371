export { type AudioFormat, encodeAudio } from './encode.js';
export { type Audio, renderAudio } from './render.js';
export { type SoundFont, soundsOf } from './sounds.js';
