/** An array of 32-bit floating point numbers with its dimensions, row by row. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Safetensors {
  readonly arrays: Readonly<Record<string, NamedArray>>;
  /** lists of bytes, whatever they mean */
  readonly bytes?: Readonly<Record<string, Uint8Array>>;
  /** texts of the format's `__metadata__` */
  readonly metadata: Readonly<Record<string, string>>;
}

/** How numbers are stored: in 32 bits, or in the upper 16 of them, rounded. */
export type StoredType = 'float32' | 'bfloat16';

/**
 * Bytes in the safetensors format (github.com/huggingface/safetensors): the length of a JSON header as 64-bit integer,
 * the header, the arrays one after the other in little-endian order.
 * @example
 * const weight = { shape: [2], data: Float32Array.of(1, 2) };
 * toSafetensors({ arrays: { weight }, metadata: { madeBy: 'hand' } });
 */
export function toSafetensors(
  { arrays, bytes: lists = {}, metadata }: Safetensors,
  type: StoredType = 'float32',
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const stored = [
    ...Object.entries(arrays).map(([name, { shape, data }]) =>
      type === 'float32' ? { name, dtype: 'F32', shape, data } : { name, dtype: 'BF16', shape, data: toBfloat16(data) },
    ),
    // Behind the numbers, which stay aligned.
    ...Object.entries(lists).map(([name, data]) => ({ name, dtype: 'U8', shape: [data.length], data })),
  ];
  let end = 0;
  for (const { name, dtype, shape, data } of stored) {
    header[name] = { dtype, shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const text = JSON.stringify(header);
  // The specification aligns the data on 8 bytes by spaces behind the header.
  const headerBytes = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const bytes = new Uint8Array(8 + headerBytes.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes.length), true);
  bytes.set(headerBytes, 8);
  let at = 8 + headerBytes.length;
  for (const { data } of stored) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** The upper halves of 32-bit numbers, rounded to the nearest, of two as near to the even one. */
function toBfloat16(data: Float32Array): Uint16Array {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  return Uint16Array.from(bits, (bit, i) =>
    Number.isNaN(data[i]) ? 0x7fc0 : (bit + 0x7fff + ((bit >>> 16) & 1)) / 0x10000,
  );
}

function fromBfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half * 0x10000).buffer);
}

/**
 * The arrays, lists of bytes and metadata of a file in the safetensors format: the inverse of {@link toSafetensors}.
 * @throws {Error} where the bytes are not a safetensors file of floating point numbers of 32 bits, or of their upper 16, and of bytes
 * @example
 * const weight = { shape: [2], data: Float32Array.of(1, 2) };
 * fromSafetensors(toSafetensors({ arrays: { weight }, metadata: {} })).arrays.weight; // { shape: [2], data: Float32Array [1, 2] }
 */
export function fromSafetensors(bytes: Uint8Array): Safetensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = bytes.length < 8 ? 0 : Number(view.getBigUint64(0, true));
  if (headerLength === 0 || 8 + headerLength > bytes.length) throw new Error('not a safetensors file: no header');
  const data = bytes.subarray(8 + headerLength);
  const { __metadata__: metadata = {}, ...entries } = headerOf(bytes.subarray(8, 8 + headerLength));
  const arrays: Record<string, NamedArray> = {};
  const lists: Record<string, Uint8Array> = {};
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: [from, to] = [] } = (entry ?? {}) as Partial<Entry>;
    const isShape = Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0);
    const count = isShape ? shape.reduce((a, b) => a * b, 1) : Number.NaN;
    const size = SIZES[dtype!] ?? Number.NaN;
    if (!(from! >= 0) || to! - from! !== count * size || to! > data.length) {
      throw new Error(
        `not a safetensors file of F32, BF16 or U8 arrays: "${name}" has type ${dtype} and bytes ${from} to ${to}`,
      );
    }
    // A copy, for alignment; not by slice, which Node's Buffer overrides with one that does not copy.
    const copy = new Uint8Array(data.subarray(from, to));
    if (dtype === 'U8') {
      lists[name] = copy;
      continue;
    }
    const numbers = size === 4 ? new Float32Array(copy.buffer) : fromBfloat16(new Uint16Array(copy.buffer));
    arrays[name] = { shape: shape!, data: numbers };
  }
  return { arrays, bytes: lists, metadata: metadata as Record<string, string> };
}

/** Bytes of a number. */
const SIZES: Readonly<Record<string, number>> = { F32: 4, BF16: 2, U8: 1 };

/** What a header says of an array. */
interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

function headerOf(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new Error('not a safetensors file: its header is no JSON');
  }
  if (typeof header !== 'object' || header === null) throw new Error('not a safetensors file: its header is no map');
  return header as Record<string, unknown>;
}
