import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { onMeasuredThreads, ThreadCount } from './thread-count.js';

/** Windows of a machine on which a unit takes `ms(threads)`; the counts that were in use, window by window. */
function run(count: ThreadCount, windows: number, ms: (threads: number) => number, contended: boolean): number[] {
  return Array.from({ length: windows }, () => {
    const { threads } = count;
    count.measured(1, ms(threads), contended);
    return threads;
  });
}
const share = (counts: readonly number[], threads: number) =>
  counts.filter((n) => n === threads).length / counts.length;

const idle = (threads: number) => 100 / threads;
/** Two threads that wait for each other, one of them on the processor of a busy program. */
const collapsed = (threads: number) => (threads === 1 ? 105 : 150);

describe('ThreadCount', () => {
  it('tries nothing on an idle machine, also where single windows take long', () => {
    let window = 0;
    const noisy = (threads: number) => (window++ % 7 === 0 ? 300 : idle(threads));
    expect(share(run(new ThreadCount(2), 500, noisy, false), 2)).toBe(1);
  });

  it('goes on with one thread where two are slower, and comes back', () => {
    const count = new ThreadCount(2);
    run(count, 20, idle, false);
    expect(share(run(count, 20, collapsed, true), 1)).toBeGreaterThan(0.3);
    expect(share(run(count, 500, collapsed, true), 1)).toBeGreaterThan(0.9);
    // One thread is not taken the processor from, so nothing but a trial tells that the machine is idle again.
    run(count, 100, idle, false);
    expect(share(run(count, 500, idle, false), 2)).toBe(1);
  });

  it.each([
    ['short', 20],
    ['long', 250],
  ])('comes back within two and a half seconds, whenever the other program ends, where units are %s', (_, length) => {
    for (let loaded = 400; loaded < 480; loaded++) {
      const count = new ThreadCount(2);
      run(count, loaded, (threads) => length * (threads === 1 ? 1 : 1.5), true);
      const after = run(count, Math.ceil(2500 / length), (threads) => length / threads, false);
      expect(after.at(-1)).toBe(2);
    }
  });

  it('seldom tries one thread where two are faster beside other programs', () => {
    expect(share(run(new ThreadCount(2), 500, idle, true), 2)).toBeGreaterThan(0.93);
  });

  it('finds a number between the most and one', () => {
    const count = new ThreadCount(8);
    // Two of eight processors are taken: whoever computes on more than six waits for those.
    const ms = (threads: number) => (threads > 6 ? 100 : 300 / threads);
    const counts = run(count, 2000, ms, true).slice(1000);
    expect(share(counts, 4)).toBeGreaterThan(0.8);
  });

  it('has one thread to choose from where there is one processor', () => {
    expect(share(run(new ThreadCount(1), 50, collapsed, true), 1)).toBe(1);
  });
});

it('threads are told to sleep soon as long as other programs take processors', () => {
  let [ms, cpu] = [0, 0];
  vi.spyOn(performance, 'now').mockImplementation(() => ms);
  vi.spyOn(process, 'resourceUsage').mockImplementation(
    () =>
      ({ userCPUTime: cpu, systemCPUTime: 0, involuntaryContextSwitches: 0 }) as ReturnType<
        typeof process.resourceUsage
      >,
  );
  onTestFinished(() => void vi.restoreAllMocks());
  const told: boolean[] = [];
  const unit = onMeasuredThreads(2, ({ besideOthers }) => told.push(besideOthers));
  for (const processors of [2, 2, 2, 0.5, 0.5, 2, 2, 2, 2]) {
    unit(() => {
      ms += 25;
      cpu += processors * 25_000;
    });
  }
  expect(told).toEqual([false, false, false, false, true, true, true, true, false]);
});
