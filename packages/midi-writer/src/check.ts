/** @throws {RangeError} saying where, what was expected and what was found */
export function check(valid: boolean, where: string, expected: string, found: unknown): void {
  if (!valid) throw new RangeError(`${where}: expected ${expected}, found ${found}`);
}

export function isWhole(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}
