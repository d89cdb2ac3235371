/**
 * Scalars as a file that TensorBoard reads: TFRecords of `tensorflow.Event` (tensorflow/core/lib/io/record_writer.h,
 * tensorflow/core/util/event.proto).
 * @param points scalars by name, at steps; those without a value are left out
 * @param seconds since 1970, when they came about
 * @example
 * writeFileSync('events.out.tfevents.1', tensorBoardEvents([{ step: 10, scalars: { 'loss/training': 1.9 } }], 1e9));
 */
export function tensorBoardEvents(
  points: readonly { readonly step: number; readonly scalars: Readonly<Record<string, number | undefined>> }[],
  seconds: number,
): Uint8Array {
  const head = [...field(WALL_TIME, float64(seconds)), ...field(FILE_VERSION, text('brain.Event:2'))];
  const events = points.map(({ step, scalars }) => {
    const values = Object.entries(scalars).flatMap(([name, value]) =>
      value === undefined
        ? []
        : field(VALUE, message([...field(TAG, text(name)), ...field(SIMPLE_VALUE, float32(value))])),
    );
    return [...field(WALL_TIME, float64(seconds)), ...field(STEP, varint(step)), ...field(SUMMARY, message(values))];
  });
  return Uint8Array.from([head, ...events].flatMap(record));
}

// Keys of protocol buffers: the field's number and how it is encoded.
const key = (number: number, wireType: number) => (number << 3) | wireType;
const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];
const WALL_TIME = key(1, FIXED64);
const STEP = key(2, VARINT);
const FILE_VERSION = key(3, BYTES);
const SUMMARY = key(5, BYTES);
/** of a summary */
const VALUE = key(1, BYTES);
/** of a value */
const [TAG, SIMPLE_VALUE] = [key(1, BYTES), key(2, FIXED32)];

const field = (name: number, content: readonly number[]) => [name, ...content];
const message = (content: readonly number[]) => [...varint(content.length), ...content];
const text = (words: string) => message([...Buffer.from(words)]);
const float32 = (value: number) => [...new Uint8Array(Float32Array.of(value).buffer)];
const float64 = (value: number) => [...new Uint8Array(Float64Array.of(value).buffer)];

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

/** Length, checksum of the length, content, checksum of the content. */
function record(content: readonly number[]): number[] {
  const length = [...uint32(content.length), 0, 0, 0, 0];
  return [...length, ...checksum(length), ...content, ...checksum(content)];
}

const uint32 = (value: number) => [0, 8, 16, 24].map((bits) => (value >>> bits) & 255);

/** CRC-32C, turned and moved as records have it, so that a record may hold records. */
function checksum(bytes: readonly number[]): number[] {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc;
  return uint32((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
}
