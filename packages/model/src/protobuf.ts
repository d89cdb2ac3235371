/** Parts of a message of Protocol Buffers (protobuf.dev/programming-guides/encoding), which are joined when all of it is known. */
export type Encoded = readonly Uint8Array[];

const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];

/**
 * Fields of a message by what they hold. One may come more than once.
 * @example
 * joined([...proto.text(1, 'loss'), ...proto.float32(2, 0.5)]); // Uint8Array [10, 4, 108, 111, 115, 115, 21, 0, 0, 0, 63]
 */
export const proto = {
  /** a whole number that is not negative */
  int: (field: number, value: number): Encoded => [key(field, VARINT), varint(value)],
  float32: (field: number, value: number): Encoded => [
    key(field, FIXED32),
    new Uint8Array(Float32Array.of(value).buffer),
  ],
  float64: (field: number, value: number): Encoded => [
    key(field, FIXED64),
    new Uint8Array(Float64Array.of(value).buffer),
  ],
  bytes: (field: number, bytes: Uint8Array): Encoded => [key(field, BYTES), varint(bytes.length), bytes],
  text: (field: number, text: string): Encoded => proto.bytes(field, new TextEncoder().encode(text)),
  message: (field: number, parts: Encoded): Encoded => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    return [key(field, BYTES), varint(length), ...parts];
  },
};

export function joined(parts: Encoded): Uint8Array {
  return Buffer.concat(parts);
}

function key(field: number, wireType: number): Uint8Array {
  return varint(field * 8 + wireType);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
}
