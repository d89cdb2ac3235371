/** Bytes written one after the other into a buffer that doubles when it is full, so that n bytes cost O(n). */
export class ByteSink {
  #bytes = new Uint8Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  bytes(values: ArrayLike<number>): void {
    if (this.#length + values.length > this.#bytes.length) this.#grow(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
  }

  ascii(text: string): void {
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
  }

  /** An unsigned integer, most significant byte first. */
  unsigned(value: number, size: 2 | 3 | 4): void {
    for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) this.byte((value >>> shift) & 255);
  }

  /** Puts an unsigned integer of 4 bytes where bytes have been written before. */
  unsignedAt(at: number, value: number): void {
    new DataView(this.#bytes.buffer).setUint32(at, value);
  }

  /** A variable-length quantity of 0 to 0x0fffffff: 7 bits a byte, bit 7 set on all but the last (SMF 1.0). */
  variableLength(value: number): void {
    if (value > 0x1f_ffff) this.byte(128 | (value >>> 21));
    if (value > 0x3fff) this.byte(128 | ((value >>> 14) & 127));
    if (value > 0x7f) this.byte(128 | ((value >>> 7) & 127));
    this.byte(value & 127);
  }

  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(by: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + by));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
