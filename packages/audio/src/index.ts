export { type AudioFormat, encodeAudio } from './encode.js';
export { type Audio, renderAudio } from './render.js';
export { soundsOf } from './sounds.js';
