import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CliWorkspace } from '../testing/cli-workspace.js';

const workspace = new CliWorkspace();
const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;

/** What bash offers behind some words, the last of which is being typed. */
async function offered(...words: string[]): Promise<string[]> {
  const { stdout } = await workspace.etude('completion', 'bash');
  const typed = ['etude', ...words].map((word) => `'${word}'`).join(' ');
  const script = `${stdout}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _etude; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout: lines, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return lines.split('\n').filter(Boolean);
}

describe.skipIf(!has('bash'))('etude completion bash', () => {
  it('offers commands, their options, and what is below them', async () => {
    expect(await offered('so')).toEqual(['song']);
    expect(await offered('')).toEqual(expect.arrayContaining(['run', 'compare', 'cache', '--version']));
    expect(await offered('run', '--wa')).toEqual(['--watch']);
    expect(await offered('cache', 'pr')).toEqual(['prune']);
    expect(await offered('cache', 'prune', '--max')).toEqual(['--max-size']);
    expect(await offered('run', 'experiments/mine.yaml', '--st')).toEqual(['--stage']);
    // A file that is called as a command is no command.
    expect(await offered('run', 'song', '--wa')).toEqual(['--watch']);
    expect(await offered('inspect', 'data/')).toEqual([]);
  });
});

it('is written for other shells as well, and for no unknown one', async () => {
  const { stdout } = await workspace.etude('completion', 'fish');
  expect(stdout).toContain("complete -c etude -n '__fish_seen_subcommand_from run' -l watch -d ");
  expect(stdout).toMatch(/complete -c etude -n 'not __fish_seen_subcommand_from [^']*\bsong\b[^']*' -a song -d /);
  expect((await workspace.etude('completion', 'zsh')).stdout).toContain('bashcompinit');
  expect(await workspace.etude('completion', 'tcsh')).toMatchObject({ code: 2 });
});
