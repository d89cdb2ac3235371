import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { findFiles } from './workspace-files.js';

vi.mock('node:os', async (original) => {
  const os = await original<typeof import('node:os')>();
  return { ...os, homedir: vi.fn(os.homedir) };
});

let workspace: string;
let elsewhere: string;
beforeEach(() => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'etude-files-')));
  workspace = join(folder, 'workspace');
  elsewhere = join(folder, 'elsewhere');
  write(workspace, 'data/a.mid', 'data/b.mid', 'data/deep/c.mid', 'data/notes.txt', 'other/d.mid');
  write(elsewhere, 'one.mid', 'more/two.mid');
});

function write(folder: string, ...files: string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), file);
  }
}

function link(path: string, to: string): void {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  symlinkSync(to, join(workspace, path));
}

const SETS: Record<string, readonly string[]> = { tunes: ['one.mid', 'more/two.mid', 'terms.txt'], texts: ['a.txt'] };

function dataSet(name: string) {
  const files = SETS[name];
  const at = (file: string) => ({ name: file, location: join(elsewhere, file), digest: `digest of ${file}` });
  return files?.map(at) ?? { problem: 'unknown data set' };
}

/** What paths lead to, and what was said of them. */
function find(...paths: string[]) {
  const problems: string[] = [];
  const skipped: string[] = [];
  const found = findFiles(
    paths,
    ['mid'],
    { workspace },
    {
      dataSet,
      problem: (message) => problems.push(message),
      skipped: (message) => skipped.push(message),
    },
  );
  return { files: found.map(({ path }) => path), problems, skipped };
}

const found = (...files: string[]) => ({ files, problems: [], skipped: [] });

describe('paths of the workspace', () => {
  it('name a file, a folder, a pattern', () => {
    expect(find('data/a.mid')).toEqual(found('data/a.mid'));
    expect(find('data')).toEqual(found('data/a.mid', 'data/b.mid', 'data/deep/c.mid'));
    expect(find('data/*.mid')).toEqual(found('data/a.mid', 'data/b.mid'));
    expect(find('data/**/*.mid')).toEqual(found('data/a.mid', 'data/b.mid', 'data/deep/c.mid'));
    expect(find('./{data/deep,other}/*.mid')).toEqual(found('data/deep/c.mid', 'other/d.mid'));
    expect(find('d*/d*')).toEqual(found('data/deep/c.mid'));
    expect(find('data/[ab].mid', 'data')).toEqual(found('data/a.mid', 'data/b.mid', 'data/deep/c.mid'));
  });

  it('name a file of which the name looks like a pattern', () => {
    write(workspace, 'data/x (1)[2].mid');
    expect(find('data/x (1)[2].mid')).toEqual(found('data/x (1)[2].mid'));
  });

  it('leave out what is hidden, in a folder as under a star', () => {
    write(workspace, 'data/._a.mid', 'data/.git/e.mid');
    const all = found('data/a.mid', 'data/b.mid', 'data/deep/c.mid');
    expect([find('data'), find('data/**/*.mid'), find('data/**')]).toEqual([
      all,
      all,
      { ...all, files: [...all.files, 'data/notes.txt'] },
    ]);
  });

  it.each([
    ['..', 'expected a path inside the workspace, found ".."'],
    ['data/../../elsewhere', 'expected a path inside the workspace, found "data/../../elsewhere"'],
    ['../*/*.mid', 'expected a path inside the workspace, found "../*/*.mid"'],
    ['d*/../../elsewhere/*.mid', 'expected a path inside the workspace, found "d*/../../elsewhere/*.mid"'],
    ['d*/deep/../*.mid', 'expected a pattern without .., found d*/deep/../*.mid'],
    ['{..,data}/elsewhere/*.mid', 'expected a pattern without .., found {..,data}/elsewhere/*.mid'],
    ['data/@(..|x)/*/elsewhere/*.mid', 'expected a pattern without .., found data/@(..|x)/*/elsewhere/*.mid'],
    ['data/z.mid', 'there is no file data/z.mid'],
    ['!data/*.mid', 'there is no file !data/*.mid'],
    ['data/*.midi', 'no file matches data/*.midi'],
    ['nowhere/*.mid', 'no file matches nowhere/*.mid'],
    ['\0', 'there is no file \0'],
  ])('are refused: %s', (path, problem) => {
    const { files, problems } = find(path);
    expect(files).toEqual([]);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});

describe('paths of elsewhere', () => {
  it('are read where they are absolute or begin at home', () => {
    vi.mocked(homedir).mockReturnValue(elsewhere);
    const [one, two] = [join(elsewhere, 'one.mid'), join(elsewhere, 'more/two.mid')];
    expect(find(one)).toEqual(found(one));
    expect(find(elsewhere)).toEqual(found(two, one));
    expect(find(`${elsewhere}/**/*.mid`)).toEqual(found(two, one));
    expect(find('~/one.mid')).toEqual(found(one));
    expect(find('~')).toEqual(found(two, one));
    expect(find('~/m*/*.mid')).toEqual(found(two));
    expect(find('~/missing.mid').problems).toEqual(['there is no file ~/missing.mid']);
  });

  it('are not followed out of by links', () => {
    symlinkSync(join(workspace, 'data'), join(elsewhere, 'data'));
    const { files, skipped } = find(elsewhere);
    expect(files).toHaveLength(2);
    expect(skipped).toEqual([
      `${elsewhere}/data is left out: the link leads out of ${elsewhere}, to ${workspace}/data`,
    ]);
  });
});

describe('links', () => {
  it('that lead out of the workspace are refused where they are named', () => {
    link('data/one.mid', join(elsewhere, 'one.mid'));
    link('linked', elsewhere);
    const refused = (path: string, place: string, real: string) =>
      expect(find(path)).toEqual({
        ...found(),
        problems: [
          `${place} leads out of the workspace through a link, to ${join(elsewhere, real)}; music from elsewhere is named by its absolute path, or by one that begins with ~/`,
        ],
      });
    refused('data/one.mid', 'data/one.mid', 'one.mid');
    refused('linked', 'linked', '');
    refused('linked/more', 'linked/more', 'more');
    refused('linked/*.mid', 'linked', '');
    refused('linked/more/two.mid', 'linked/more/two.mid', 'more/two.mid');
  });

  it('that lead out of the workspace are left out with a line, the same in a folder and under a star', () => {
    link('links/one.mid', join(elsewhere, 'one.mid'));
    link('links/sub', elsewhere);
    link('links/not-music.txt', join(elsewhere, 'one.mid'));
    write(workspace, 'links/real.mid');
    const [file, folder] = ['links/one.mid', 'links/sub'].map((name) =>
      expect.stringMatching(`^${name} is left out: the link leads out of `),
    );
    const all = { ...found('links/real.mid'), skipped: [file, folder] };
    expect([find('links'), find('links/**/*.mid'), find('links/*.mid')]).toEqual([
      all,
      all,
      { ...all, skipped: [file] },
    ]);
  });

  it('inside of the workspace are followed, each file once and under its own name', () => {
    link('links/one.mid', '../other/d.mid');
    link('links/sub', '../data');
    link('links/again', '../data/deep');
    link('links/real-again.mid', 'real.mid');
    write(workspace, 'links/real.mid');
    const names = ['links/again/c.mid', 'links/one.mid', 'links/real.mid', 'links/sub/a.mid', 'links/sub/b.mid'];
    expect([find('links'), find('links/**/*.mid')]).toEqual([found(...names), found(...names)]);
    expect(find('links/*.mid')).toEqual(found('links/one.mid', 'links/real.mid'));
  });

  it('in a circle, to themselves, to nothing, or in great numbers do not keep anybody', () => {
    link('data/up', '..');
    link('data/self', 'self');
    link('data/self.mid', 'self.mid');
    link('data/gone.mid', 'nothing.mid');
    const { files, skipped } = find('data');
    expect(files).toEqual(['data/a.mid', 'data/b.mid', 'data/deep/c.mid', 'data/up/other/d.mid']);
    expect(skipped).toEqual(
      ['data/gone.mid', 'data/self.mid'].map((name) => `${name} is left out: the link leads nowhere`),
    );
    for (let level = 0; level < 40; level++) {
      write(workspace, `maze/${level}/x${level}.mid`);
      for (const twin of ['left', 'right']) link(`maze/${level}/${twin}`, `../${level + 1}`);
    }
    expect(find('maze/0').files).toHaveLength(40);
    expect(find('maze/0/**/*.mid').files).toHaveLength(40);
  });
});

describe.skipIf(process.platform === 'win32')('what is neither a file nor a folder', () => {
  it('is refused where it is named, and left out with a line where it is found', () => {
    execFileSync('mkfifo', [join(workspace, 'data/pipe.mid')]);
    link('data/null.mid', '/dev/null');
    expect(find('data/pipe.mid').problems).toEqual(['expected a file or a folder, found a FIFO: data/pipe.mid']);
    expect(find('/dev/zero').problems).toEqual(['expected a file or a folder, found a device: /dev/zero']);
    for (const path of ['data', 'data/**/*.mid', 'data/*.mid']) {
      expect(find(path).skipped).toEqual([
        'data/pipe.mid is left out: a FIFO is no file',
        expect.stringContaining('data/null.mid is left out: '),
      ]);
    }
  });
});

describe('data sets', () => {
  const find = (...paths: string[]) => {
    const problems: string[] = [];
    const surroundings = { dataSet, problem: (message: string) => problems.push(message), skipped: () => {} };
    return { files: findFiles(paths, ['mid'], { workspace }, surroundings), problems };
  };

  it('are named in place of a path, and their files have the same names wherever they are kept', () => {
    const { files, problems } = find('dataset:tunes', 'data', 'dataset:tunes');
    expect(problems).toEqual([]);
    expect(files.map(({ name }) => name)).toEqual([
      'a.mid',
      'b.mid',
      'dataset:tunes/more/two.mid',
      'dataset:tunes/one.mid',
      'deep/c.mid',
    ]);
    expect(files[2]).toEqual({
      ...{ path: 'dataset:tunes/more/two.mid', name: 'dataset:tunes/more/two.mid' },
      ...{ location: join(elsewhere, 'more/two.mid'), digest: 'digest of more/two.mid' },
    });
  });

  it('are refused where they are unknown, or hold no file of the type', () => {
    expect(find('dataset:songs', 'dataset:texts')).toEqual({
      files: [],
      problems: ['dataset:songs: unknown data set', 'dataset:texts: there is no file of type mid in it'],
    });
  });
});

describe('what is shipped', () => {
  const findShipped = (...paths: string[]) => {
    const problems: string[] = [];
    const surroundings = { dataSet, problem: (message: string) => problems.push(message), skipped: () => {} };
    const found = findFiles(paths, ['mid'], { workspace, shipped: elsewhere }, surroundings);
    return { files: found.map(({ path, location }) => ({ path, location })), problems };
  };

  it('stands in for a file that the workspace lacks, and only for that', () => {
    write(elsewhere, 'data/a.mid', 'models/m.mid');
    expect(findShipped('data/a.mid').files).toEqual([{ path: 'data/a.mid', location: join(workspace, 'data/a.mid') }]);
    expect(findShipped('models/m.mid').files).toEqual([
      { path: 'models/m.mid', location: join(elsewhere, 'models/m.mid') },
    ]);
    expect(findShipped('models/n.mid').problems).toEqual(['there is no file models/n.mid']);
    expect(findShipped('models').problems).toEqual(['there is no file models']);
    expect(findShipped('../elsewhere/one.mid').problems).toEqual([expect.stringContaining('inside the workspace')]);
  });
});
