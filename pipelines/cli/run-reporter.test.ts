import { expect, it, vi } from 'vitest';
import { runReporter } from './run-reporter.js';

it('tells the time left by how fast this run is, not by what an earlier one has done', () => {
  vi.useFakeTimers({ now: 1_000_000 });
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => lines.push(line));
  const reporter = runReporter({ stages: [{ name: 'train' }] }, { quiet: false });
  reporter.stageStarted?.('train', []);
  reporter.stageProgress?.('train', { done: 1000, total: 2000, unit: 'steps' });
  for (let second = 1; second <= 20; second++) {
    vi.advanceTimersByTime(1000);
    reporter.stageProgress?.('train', { done: 1000 + 5 * second, total: 2000, unit: 'steps' });
  }
  expect(lines.map((line) => line.trim())).toEqual([
    expect.stringMatching(/^train +1,050\/2,000 steps, 3:10 left$/),
    expect.stringMatching(/^train +1,100\/2,000 steps, 3:00 left$/),
  ]);
  vi.useRealTimers();
  vi.restoreAllMocks();
});
