import { SoundBankLoader } from 'spessasynth_core';
import { describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../../../vitest.browser.ts';
import { type AudioFormat, encodeAudio } from './encode.js';
import { type Audio, renderAudio } from './render.js';
import { plainBuffer, soundsOf } from './sounds.js';

/** A MIDI file of one note of a second (SMF 1.0: format 0, 480 ticks a quarter note at 120). */
function oneNote({ key = 69, program = 0, channel = 0 } = {}): Uint8Array {
  const track = [
    ...[0, 0xc0 | channel, program],
    ...[0, 0x90 | channel, key, 100],
    ...[0x87, 0x40, 0x80 | channel, key, 0],
    ...[0, 0xff, 0x2f, 0],
  ];
  return Uint8Array.from([
    ...Buffer.from('MThd'),
    ...[0, 0, 0, 6, 0, 0, 0, 1, 0x01, 0xe0],
    ...Buffer.from('MTrk'),
    ...[0, 0, 0, track.length, ...track],
  ]);
}

/** How strong a frequency is in a stretch of sound (Goertzel 1958). */
function strengthAt({ left, sampleRate }: Audio, frequency: number): number {
  const size = sampleRate / 2;
  const factor = 2 * Math.cos((2 * Math.PI * frequency) / sampleRate);
  let [before, last] = [0, 0];
  for (let i = 0; i < size; i++) [before, last] = [last, left[i + 4410]! + factor * last - before];
  return Math.sqrt(last ** 2 + before ** 2 - factor * last * before) / size;
}

describe('a MIDI file as sound', () => {
  it('is at the pitch that was written', async () => {
    const audio = await renderAudio(oneNote());
    const strengths = [392, 415, 440, 466, 494].map((frequency) => strengthAt(audio, frequency));
    expect(strengths.indexOf(Math.max(...strengths))).toBe(2);
    expect(audio.left.length / audio.sampleRate).toBeCloseTo(3, 1);
    expect(audio.left.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeLessThanOrEqual(0.9001);
  });

  it.each(Array.from({ length: 16 }, (_, family) => 8 * family))('sounds with program %i', async (program) => {
    const { left } = await renderAudio(oneNote({ program }));
    expect(left.slice(0, 44_100).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeGreaterThan(0.1);
  });

  it('sounds with drums, and ends where it is told to', async () => {
    const { right } = await renderAudio(oneNote({ channel: 9, key: 38 }));
    expect(right.some((sample) => Math.abs(sample) > 0.1)).toBe(true);
    await expect(renderAudio(oneNote(), { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

it('makes a sound font of what is played, the same for the same music', async () => {
  const [{ bytes: piano }, { bytes: both }] = [
    await soundsOf([oneNote()]),
    await soundsOf([oneNote(), oneNote({ program: 40 })]),
  ];
  expect(Buffer.from(piano.slice(0, 4)).toString()).toBe('RIFF');
  expect(both.length).toBeGreaterThan(piano.length);
  expect((await soundsOf([oneNote()])).bytes).toEqual(piano);
  expect(both.length).toBeLessThan(300_000);
});

// Another reader than the writer: a browser's.
it.skipIf(!hasBrowser)('is read by a browser in every format', { timeout: 120_000 }, async () => {
  const audio = await renderAudio(oneNote());
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    const loudness = (samples: ArrayLike<number>) =>
      Math.sqrt(Array.from(samples).reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
    for (const format of ['wav', 'mp3', 'ogg'] satisfies AudioFormat[]) {
      const file = Buffer.from(await encodeAudio(audio, format)).toString('base64');
      const heard = await page.evaluate(async (base64) => {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const context = new OfflineAudioContext(2, 44_100, 44_100);
        const { duration, numberOfChannels, ...buffer } = await context
          .decodeAudioData(bytes.buffer)
          .then((decoded) => ({
            duration: decoded.duration,
            numberOfChannels: decoded.numberOfChannels,
            left: [...decoded.getChannelData(0)],
          }));
        return { duration, numberOfChannels, left: buffer.left };
      }, file);
      expect(heard.numberOfChannels).toBe(2);
      expect(heard.duration).toBeCloseTo(audio.left.length / 44_100, 0);
      expect(loudness(heard.left) / loudness(audio.left)).toBeCloseTo(1, 1);
    }
  } finally {
    await browser.close();
  }
});

describe('a sound font that has to be small', () => {
  /** All programs of General MIDI and percussion, each with low, middle and high notes. */
  const everything = () =>
    Array.from({ length: 128 }, (_, program) => [24, 48, 60, 72, 96].map((key) => oneNote({ key, program })))
      .flat()
      .concat([36, 38, 42, 49].map((key) => oneNote({ key, channel: 9 })));

  /** Keys of programs at which nothing sounds. */
  const silentIn = (bytes: Uint8Array) =>
    SoundBankLoader.fromArrayBuffer(plainBuffer(bytes)).presets.flatMap((preset) =>
      (preset.isGMGSDrum ? [36, 38, 42, 49] : [24, 48, 60, 72, 96])
        .filter((key) => preset.getVoiceParameters(key, 100).length === 0)
        .map((key) => `${preset.name} ${key}`),
    );

  it('has fewer samples for each instrument, and sounds at every key', async () => {
    const whole = await soundsOf(everything());
    expect(whole.samplesEach).toBeUndefined();
    const { bytes, samplesEach } = await soundsOf(everything(), whole.bytes.length / 2);
    expect(samplesEach).toBeLessThan(5);
    expect(bytes.length).toBeLessThanOrEqual(whole.bytes.length / 2);
    expect(silentIn(bytes)).toEqual([]);
  });

  it('keeps what fits', async () => {
    const all = await soundsOf([oneNote()]);
    expect(await soundsOf([oneNote()], all.bytes.length)).toEqual(all);
  });
});
