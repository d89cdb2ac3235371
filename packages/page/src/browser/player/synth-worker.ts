import {
  BasicMIDI,
  BasicSoundBank,
  SoundBankLoader,
  SpessaSynthProcessor,
  SpessaSynthSequencer,
} from 'spessasynth_core';
import type { Answer, Chunk, Loop, Request } from './messages.js';

// The synthesizer, in a worker so that it never holds up the page. It makes sound when it is asked to, faster than it is heard.

/** Frames that are made at a time: what happens in the music happens at their beginning. */
const BLOCK = 128;
/** Seconds that sounds go on after the last note. */
const TAIL = 1.5;

const page = self as unknown as { onmessage: unknown; postMessage(message: Answer, transfer?: Transferable[]): void };

let synth: SpessaSynthProcessor;
let sequencer: SpessaSynthSequencer;
let channels: readonly number[] = [];
let turn = 0;
let factor = 1;
let loop: Loop | undefined;
let tail = 0;
let gains: readonly number[] = [];

async function open(sounds: ArrayBuffer, sampleRate: number): Promise<void> {
  await BasicSoundBank.isSF3DecoderReady;
  synth = new SpessaSynthProcessor(sampleRate, { maxBufferSize: BLOCK, eventsEnabled: false });
  await synth.processorInitialized;
  synth.soundBankManager.addSoundBank(SoundBankLoader.fromArrayBuffer(sounds), 'main');
  sequencer = new SpessaSynthSequencer(synth);
  sequencer.skipToFirstNoteOn = false;
}

function setGains(): void {
  for (const [channel, gain] of gains.entries()) synth.midiChannels[channel]?.setSystemParameter('gain', gain);
}

function start(at: number): void {
  tail = 0;
  sequencer.pause();
  sequencer.currentTime = at;
  sequencer.playbackRate = factor;
  sequencer.play();
  setGains();
}

function chunk(seconds: number): void {
  const at = sequencer.currentTime;
  const most = Math.ceil((seconds * synth.sampleRate) / BLOCK) * BLOCK;
  const stereo = (): [Float32Array, Float32Array] => [new Float32Array(most), new Float32Array(most)];
  const outputs = Array.from({ length: 16 }, () => [] as Float32Array[]);
  for (let channel = 0; channel < 16; channel++) outputs[channel] = stereo();
  const effects = stereo();
  let frames = 0;
  let isLast = false;
  while (frames < most) {
    if (loop && sequencer.currentTime >= loop.until) {
      start(loop.from);
      break;
    }
    sequencer.processTick();
    synth.processSplit(outputs, effects[0], effects[1], frames, BLOCK);
    frames += BLOCK;
    if (!sequencer.isFinished) continue;
    tail += BLOCK / synth.sampleRate;
    isLast = tail >= TAIL;
    if (isLast) break;
  }
  const cut = (sound: Float32Array[]): [Float32Array, Float32Array] => [
    sound[0]!.slice(0, frames),
    sound[1]!.slice(0, frames),
  ];
  const answer: Chunk = {
    kind: 'chunk',
    ...{ turn, at, factor, frames, isLast },
    channels: channels.map((channel) => ({ channel, sound: cut(outputs[channel]!) })),
    effects: cut(effects),
  };
  const buffers = [...answer.channels.flatMap(({ sound }) => sound), ...answer.effects].map(({ buffer }) => buffer);
  page.postMessage(answer, buffers as ArrayBuffer[]);
}

async function answer(request: Request): Promise<void> {
  switch (request.kind) {
    case 'open':
      return open(request.sounds, request.sampleRate);
    case 'load':
      channels = request.channels;
      sequencer.loadNewSongList([BasicMIDI.fromArrayBuffer(request.midi)]);
      return;
    case 'start':
      turn = request.turn;
      return start(request.at);
    case 'more':
      if (request.turn === turn) chunk(request.seconds);
      return;
    case 'gains':
      gains = request.gains;
      return setGains();
    case 'tempo':
      factor = request.factor;
      sequencer.playbackRate = factor;
      return;
    case 'loop':
      loop = request.loop;
  }
}

// One after the other, also while the first one waits for its decoder.
let before = Promise.resolve();
page.onmessage = ({ data }: { data: Request }) => {
  before = before
    .then(() => answer(data))
    .catch((error: unknown) => page.postMessage({ kind: 'failed', problem: String(error) }));
};
