// What a measured process does: prepares, says "ready", and for each number on a line of its input makes as many units
// of work and answers with the milliseconds that each took.
import { createInterface } from 'node:readline';

/** @param {(count: number) => Promise<number[]> | number[]} measure */
export async function serve(measure) {
  console.log('"ready"');
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await measure(Number(line))));
  }
}

/** Milliseconds of each of `count` calls. */
export function timed(count, work) {
  return Array.from({ length: count }, () => {
    const startedAt = performance.now();
    work();
    return performance.now() - startedAt;
  });
}
