/**
 * The greatest whole number that divides both.
 * @example
 * greatestCommonDivisor(480, 384); // 96
 */
export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * The least number that both divide.
 * @example
 * leastCommonMultiple(480, 384); // 1920
 */
export function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b;
}
