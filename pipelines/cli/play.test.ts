import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CliWorkspace, withoutColours } from '../testing/cli-workspace.js';

const workspace = new CliWorkspace();
const programs = workspace.path('programs');
mkdirSync(programs);
symlinkSync(process.execPath, `${programs}/node`);

/** A system that has these programs, each of which notes what it is called with and copies the file that it is to play. */
const withPrograms = (...names: string[]) => {
  for (const name of names) {
    const script = `#!${process.execPath}
const { copyFileSync, writeFileSync } = require('node:fs');
copyFileSync(process.argv.at(-1), '${workspace.path('played')}');
writeFileSync('${workspace.path('called.json')}', JSON.stringify(process.argv.slice(2, -1)));
process.exitCode = ${name === 'paplay' ? 3 : 0};
`;
    writeFileSync(`${programs}/${name}`, script, { mode: 0o755 });
  }
  return { ...withoutColours(), PATH: programs };
};
const play = (args: string[], env: NodeJS.ProcessEnv) => workspace.start(['play', ...args], env).finished;
const SONG = 'data/prelude-bwv-846.mid';

describe.skipIf(process.platform === 'win32' || process.platform === 'darwin')('etude play', () => {
  it('has a program of the system play a song with the sounds of the page', async () => {
    const { code, stdout } = await play([SONG], withPrograms('aplay'));
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${SONG}\n` });
    expect(workspace.read('called.json')).toBe('["--quiet"]');
    expect(workspace.read('played').slice(0, 4)).toBe('RIFF');
  });

  it('plays through a MIDI port', async () => {
    expect((await play([SONG, '--port', '128:0'], withPrograms('aplaymidi'))).code).toBe(0);
    expect(workspace.read('called.json')).toBe('["--port","128:0"]');
    expect(workspace.read('played').slice(0, 4)).toBe('MThd');
  });

  it('says where a program fails, and where there is none', async () => {
    const failed = await play([SONG], withPrograms('paplay'));
    expect(failed).toMatchObject({ code: 1, stderr: 'paplay could not play it (exit code 3)\n' });
    for (const name of ['aplay', 'aplaymidi', 'paplay']) rmSync(`${programs}/${name}`);
    mkdirSync(workspace.path('artifacts/x/render'), { recursive: true });
    writeFileSync(workspace.path('artifacts/x/report.html'), '');
    symlinkSync(workspace.path(SONG), workspace.path('artifacts/x/render/song-1.mid'));
    const none = await play(['artifacts/x/render/song-1.mid'], withPrograms());
    expect(none).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/nothing that plays sound .*x\/report\.html plays it/),
    });
    const opened = await play(['artifacts/x/render/song-1.mid'], withPrograms('xdg-open'));
    expect(opened).toMatchObject({ code: 0, stdout: expect.stringMatching(/x\/report\.html was opened in its place/) });
    expect(await play([SONG, '--port', '1'], withPrograms())).toMatchObject({ code: 2 });
    expect(await play(['no.mid'], withPrograms())).toMatchObject({
      code: 2,
      stderr: 'no.mid: there is no such file\n',
    });
  });
});
