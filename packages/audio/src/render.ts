import { plainBuffer, soundsOf } from './sounds.js';

/** Sound in two channels, -1 to 1. */
export interface Audio {
  /** samples a second */
  readonly sampleRate: number;
  readonly left: Float32Array;
  readonly right: Float32Array;
}

/** Samples that are made at a time: what happens in the music happens at their beginning. */
const BLOCK = 128;
/** Seconds that sounds go on after the last note. */
const TAIL = 2;
/** The loudest sample of what is made. */
const PEAK = 0.9;

interface RenderingHooks {
  readonly sampleRate?: number;
  /** aborted where it is to end */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/**
 * A MIDI file as sound, played with the sounds of a General MIDI sound font (FluidR3 Mono) and made as loud as it can be.
 * @returns at 44,100 samples a second, where nothing else is wanted; two seconds longer than the music
 * @throws {RangeError} where it would last for more than three hours
 * @throws the signal's reason where it is aborted
 * @example
 * const { left } = await renderAudio(readFileSync('data/canon-in-d.mid'));
 * left.length / 44_100; // 92.1 seconds
 */
export async function renderAudio(
  midi: Uint8Array,
  { sampleRate = 44_100, signal, onProgress }: RenderingHooks = {},
): Promise<Audio> {
  const { BasicMIDI, BasicSoundBank, SoundBankLoader, SpessaSynthProcessor, SpessaSynthSequencer } = await import(
    'spessasynth_core'
  );
  const bank = plainBuffer((await soundsOf([midi])).bytes);
  await BasicSoundBank.isSF3DecoderReady;
  const synth = new SpessaSynthProcessor(sampleRate, { maxBufferSize: BLOCK, eventsEnabled: false });
  await synth.processorInitialized;
  synth.soundBankManager.addSoundBank(SoundBankLoader.fromArrayBuffer(bank), 'main');
  const sequencer = new SpessaSynthSequencer(synth);
  sequencer.skipToFirstNoteOn = false;
  sequencer.loadNewSongList([BasicMIDI.fromArrayBuffer(plainBuffer(midi))]);
  const seconds = sequencer.duration + TAIL;
  if (seconds > LONGEST)
    throw new RangeError(`it would last for ${Math.round(seconds / 60)} minutes, and 180 are the most`);
  const length = Math.ceil((seconds * sampleRate) / BLOCK) * BLOCK;
  const [left, right] = [new Float32Array(length), new Float32Array(length)];
  sequencer.play();
  for (let at = 0; at < length; at += BLOCK) {
    if (at % (BLOCK * 1024) === 0) {
      onProgress?.({ done: at / sampleRate, total: length / sampleRate });
      await new Promise(setImmediate);
      signal?.throwIfAborted();
    }
    sequencer.processTick();
    synth.process(left, right, at, BLOCK);
  }
  normalize([left, right]);
  return { sampleRate, left, right };
}

/** Three hours. */
const LONGEST = 3 * 3600;

function normalize(channels: readonly Float32Array[]): void {
  let loudest = 0;
  for (const channel of channels) for (const sample of channel) loudest = Math.max(loudest, Math.abs(sample));
  if (loudest === 0) return;
  for (const channel of channels) for (let i = 0; i < channel.length; i++) channel[i]! *= PEAK / loudest;
}
