import { expect, it } from 'vitest';
import { ByteSink } from './byte-sink.js';

const written = (write: (sink: ByteSink) => void) => {
  const sink = new ByteSink();
  write(sink);
  return [...sink.toBytes()];
};

// The examples of SMF 1.0, "Variable-length quantities".
it.each([
  [0x00, [0x00]],
  [0x40, [0x40]],
  [0x7f, [0x7f]],
  [0x80, [0x81, 0x00]],
  [0x2000, [0xc0, 0x00]],
  [0x3fff, [0xff, 0x7f]],
  [0x4000, [0x81, 0x80, 0x00]],
  [0x1f_ffff, [0xff, 0xff, 0x7f]],
  [0x20_0000, [0x81, 0x80, 0x80, 0x00]],
  [0xfff_ffff, [0xff, 0xff, 0xff, 0x7f]],
])('writes %i in as few bytes as it takes', (value, bytes) => {
  expect(written((sink) => sink.variableLength(value))).toEqual(bytes);
});

it('writes whole numbers with the most significant byte first, also over what stands there', () => {
  expect(written((sink) => sink.unsigned(0x0102_0304, 4))).toEqual([1, 2, 3, 4]);
  expect(written((sink) => sink.unsigned(0xff_fffe, 3))).toEqual([255, 255, 254]);
  const bytes = written((sink) => {
    sink.ascii('AB');
    sink.unsigned(0, 4);
    sink.byte(9);
    sink.unsignedAt(2, 0xffff_ffff);
  });
  expect(bytes).toEqual([65, 66, 255, 255, 255, 255, 9]);
});

it('grows, by more than its double where that is needed', () => {
  const many = Array.from({ length: 5000 }, (_, i) => i & 255);
  expect(
    written((sink) => {
      sink.byte(7);
      sink.bytes(many);
      for (const byte of many) sink.byte(byte);
    }),
  ).toEqual([7, ...many, ...many]);
});
