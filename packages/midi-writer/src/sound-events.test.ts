import { type ChannelEvent, isNoteOff, isNoteOn } from '@etude/midi-reader';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { soundEvents } from './sound-events.js';

const on = (tick: number, key: number): ChannelEvent => ({ tick, status: 0x90, data1: key, data2: 100 });
const off = (tick: number, key: number): ChannelEvent => ({ tick, status: 0x80, data1: key, data2: 0 });
const options = { longestNote: 1000, lastNote: 120 };

describe('soundEvents', () => {
  it('leaves sound music as it is', () => {
    const events = [on(0, 60), on(0, 64), off(120, 60), on(120, 62), off(240, 62), off(240, 64)];
    expect(soundEvents(events, options)).toEqual(events);
  });

  it('releases a key before it is struck again', () => {
    expect(soundEvents([on(0, 60), on(50, 60), off(90, 60)], options)).toEqual([
      on(0, 60),
      off(50, 60),
      on(50, 60),
      off(90, 60),
    ]);
  });

  it('leaves out the release of a key that is not down', () => {
    expect(soundEvents([off(0, 60), on(10, 60), off(20, 60), off(30, 60)], options)).toEqual([on(10, 60), off(20, 60)]);
  });

  it('ends notes that sound for too long or to the end', () => {
    expect(soundEvents([on(0, 60), on(500, 62), off(1500, 60)], options)).toEqual([
      on(0, 60),
      on(500, 62),
      off(1000, 60),
      off(1500, 62),
    ]);
    expect(soundEvents([on(0, 60)], options)).toEqual([on(0, 60), off(120, 60)]);
  });

  it('lets go of the sustain pedal', () => {
    const pedal = (tick: number, data2: number): ChannelEvent => ({ tick, status: 0xb0, data1: 64, data2 });
    expect(soundEvents([pedal(0, 127), on(0, 60), off(9, 60)], options).at(-1)).toEqual(pedal(9, 0));
    expect(soundEvents([pedal(0, 127), pedal(5, 0)], options)).toHaveLength(2);
  });

  it('ends every note exactly once, in time order, whatever comes in', () => {
    const event = fc.record({
      gap: fc.nat(400),
      status: fc.constantFrom(0x80, 0x90, 0x91),
      data1: fc.nat(3),
      data2: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(event), (list) => {
        let tick = 0;
        const events = list.map(({ gap, ...rest }) => {
          tick += gap;
          return { tick, ...rest };
        });
        const down = new Map<number, number>();
        let last = 0;
        for (const sound of soundEvents(events, options)) {
          expect(sound.tick).toBeGreaterThanOrEqual(last);
          last = sound.tick;
          const key = ((sound.status & 15) << 7) | sound.data1;
          if (isNoteOn(sound)) {
            expect(down.has(key)).toBe(false);
            down.set(key, sound.tick);
          } else if (isNoteOff(sound)) {
            expect(down.has(key)).toBe(true);
            expect(sound.tick - down.get(key)!).toBeLessThanOrEqual(1000);
            down.delete(key);
          }
        }
        expect(down.size).toBe(0);
      }),
    );
  });
});
