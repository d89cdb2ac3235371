/**
 * Rising whole numbers of 32 bits as bytes: the differences, seven bits a byte from the lowest, the eighth bit set where more follow (LEB128). A million
 * of them take two bytes each.
 * @example
 * risingToBytes(Uint32Array.of(5, 300)); // 5, then 295 as 0xa7 0x02
 */
export function risingToBytes(numbers: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(5 * numbers.length);
  let [count, last] = [0, 0];
  for (const number of numbers) {
    let difference = number - last;
    for (; difference > 127; difference = Math.floor(difference / 128)) bytes[count++] = 128 | (difference & 127);
    bytes[count++] = difference;
    last = number;
  }
  return bytes.slice(0, count);
}

/** What {@link risingToBytes} made bytes of. */
export function risingFromBytes(bytes: Uint8Array): Uint32Array {
  const numbers = new Uint32Array(bytes.reduce((count, byte) => count + Number(byte < 128), 0));
  let [count, last, scale] = [0, 0, 1];
  for (const byte of bytes) {
    last += (byte & 127) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    numbers[count++] = last;
    scale = 1;
  }
  return numbers;
}
