import type { Audio } from './render.js';

export type AudioFormat = 'wav' | 'mp3' | 'ogg';

/** Samples that an encoder gets at a time. */
const AT_A_TIME = 1 << 16;
/** Of MP3, as LAME has it: 0 is best; of Ogg Vorbis 10 is. */
const MP3_QUALITY = 2;
const OGG_QUALITY = 5;

/**
 * Sound as a file: WAV in 16 bits, MP3 or Ogg Vorbis of a high quality.
 * @example
 * writeFileSync('canon.mp3', await encodeAudio(await renderAudio(midi), 'mp3'));
 */
export async function encodeAudio({ sampleRate, left, right }: Audio, format: AudioFormat): Promise<Uint8Array> {
  if (format === 'wav') return wav({ sampleRate, left, right });
  const { createMp3Encoder, createOggEncoder } = await import('wasm-media-encoders');
  const encoder = format === 'mp3' ? await createMp3Encoder() : await createOggEncoder();
  const shape = { sampleRate, channels: 2 } as const;
  encoder.configure(format === 'mp3' ? { ...shape, vbrQuality: MP3_QUALITY } : { ...shape, vbrQuality: OGG_QUALITY });
  const parts: Uint8Array[] = [];
  for (let at = 0; at < left.length; at += AT_A_TIME) {
    const part = [left, right].map((channel) => channel.subarray(at, at + AT_A_TIME));
    // What an encoder gives is overwritten by what it gives next.
    parts.push(Uint8Array.from(encoder.encode(part)));
  }
  parts.push(Uint8Array.from(encoder.finalize()));
  return Buffer.concat(parts);
}

/** RIFF WAVE, PCM in 16 bits (IBM and Microsoft 1991, "Multimedia Programming Interface and Data Specifications 1.0"). */
function wav({ sampleRate, left, right }: Audio): Uint8Array {
  const bytes = Buffer.alloc(44 + 4 * left.length);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVE', 8);
  bytes.write('fmt ', 12);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(2, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(4 * sampleRate, 28);
  bytes.writeUInt16LE(4, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(4 * left.length, 40);
  const sample = (value: number) => Math.round(32_767 * Math.max(-1, Math.min(1, value)));
  for (let i = 0; i < left.length; i++) {
    bytes.writeInt16LE(sample(left[i]!), 44 + 4 * i);
    bytes.writeInt16LE(sample(right[i]!), 46 + 4 * i);
  }
  return bytes;
}
