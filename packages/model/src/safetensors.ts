/** An array of 32-bit floating point numbers with its dimensions, row by row. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Safetensors {
  readonly arrays: Readonly<Record<string, NamedArray>>;
  /** texts of the format's `__metadata__` */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Bytes in the safetensors format (github.com/huggingface/safetensors): the length of a JSON header as 64-bit integer,
 * the header, the arrays one after the other in little-endian order.
 */
export function toSafetensors({ arrays, metadata }: Safetensors): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of Object.entries(arrays)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const text = JSON.stringify(header);
  // The specification aligns the data on 8 bytes by spaces behind the header.
  const headerBytes = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const bytes = new Uint8Array(8 + headerBytes.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes.length), true);
  bytes.set(headerBytes, 8);
  let at = 8 + headerBytes.length;
  for (const { data } of Object.values(arrays)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** @throws {Error} where the bytes are not a safetensors file of 32-bit floating point numbers */
export function fromSafetensors(bytes: Uint8Array): Safetensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = bytes.length < 8 ? 0 : Number(view.getBigUint64(0, true));
  if (headerLength === 0 || 8 + headerLength > bytes.length) throw new Error('not a safetensors file: no header');
  const data = bytes.subarray(8 + headerLength);
  const { __metadata__: metadata = {}, ...entries } = headerOf(bytes.subarray(8, 8 + headerLength));
  const arrays: Record<string, NamedArray> = {};
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: [from, to] = [] } = (entry ?? {}) as Partial<Entry>;
    const isShape = Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0);
    const count = isShape ? shape.reduce((a, b) => a * b, 1) : Number.NaN;
    if (dtype !== 'F32' || !(from! >= 0) || to! - from! !== count * 4 || to! > data.length) {
      throw new Error(`not a safetensors file of F32 arrays: "${name}" has type ${dtype} and bytes ${from} to ${to}`);
    }
    // A copy, for alignment; not by slice, which Node's Buffer overrides with one that does not copy.
    const copy = new Uint8Array(data.subarray(from, to));
    arrays[name] = { shape: shape!, data: new Float32Array(copy.buffer) };
  }
  return { arrays, metadata: metadata as Record<string, string> };
}

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
