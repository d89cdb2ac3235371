import { execFileSync } from 'node:child_process';

/** Processes that a process has started and that run. */
export function childrenOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=']).toString().trim().split('\n');
  const processes = lines.map((line) => line.trim().split(/\s+/));
  return processes.flatMap(([child, parent, state]) =>
    Number(parent) === pid && !state!.startsWith('Z') ? [Number(child)] : [],
  );
}
