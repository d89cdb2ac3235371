import { type Encoded, joined, proto } from '@etude/model';
import type { LearningCurve } from './learning-curve.js';

/**
 * A learning curve as a file that TensorBoard reads: TFRecords of `tensorflow.Event` (tensorflow/core/lib/io/record_writer.h,
 * tensorflow/core/util/event.proto). TensorBoard knows such files by `tfevents` in their names.
 * @param seconds since 1970, when it came about
 * @example
 * const curve = learningCurveFormat.parse(readFileSync('learning-curve.csv'));
 * writeFileSync('events.out.tfevents.curve', tensorBoardEvents(curve, Date.now() / 1000));
 */
export function tensorBoardEvents({ points }: Pick<LearningCurve, 'points'>, seconds: number): Uint8Array {
  const event = (content: Encoded) => record(joined([...proto.float64(1, seconds), ...content]));
  const events = points.map(({ step, trainingLoss, validationLoss, copiedShare }) => {
    const scalars = { 'loss/training': trainingLoss, 'loss/validation': validationLoss, 'copied share': copiedShare };
    const values = Object.entries(scalars).flatMap(([tag, value]) =>
      value === undefined ? [] : proto.message(1, [...proto.text(1, tag), ...proto.float32(2, value)]),
    );
    return event([...proto.int(2, step), ...proto.message(5, values)]);
  });
  return joined([...event(proto.text(3, 'brain.Event:2')), ...events.flat()]);
}

/** Length, checksum of the length, content, checksum of the content. */
function record(content: Uint8Array): Encoded {
  const length = new Uint8Array(BigUint64Array.of(BigInt(content.length)).buffer);
  return [length, checksum(length), content, checksum(content)];
}

/** CRC-32C, turned and moved as records have it, so that a record may hold records. */
function checksum(bytes: Uint8Array): Uint8Array {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc;
  return new Uint8Array(Uint32Array.of(((crc >>> 15) | (crc << 17)) + 0xa282ead8).buffer);
}
