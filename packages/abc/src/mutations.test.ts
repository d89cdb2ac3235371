import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** A tune with most of what the notation has, and tunes of the book. */
const TUNES = [
  `X:1
T:all of it
%%score (1 2) 3
%%MIDI program 40
M:C|
L:1/8
Q:1/4=100
V:1 name="a" clef=treble+8
V:2 transpose=-12
V:3 clef=perc
K:F#m
[V:1] |: {gag}!trill!A2 (3ABc "Am"[ceg]2 z2 & C8 |1 ~G4 .A.B uc vd :|2 !f!e4- e4 |]
[V:2] Z2 | [M:3/4][L:1/16][K:Bb]A,,2B,,>C,^D,_E,=F, x4 (5:4:6 abcdef |
[V:3] B4 z4 | [Q:"rit." 3/8=40]B4 |
w: la la-la_ * |
M:2/4+3/8
a1/3b//c3/2d0 | [1-3 abc :| [4 def |] y2 Z3 |
`,
  ...readFileSync(new URL('../../../data/tune-book.abc', import.meta.url), 'utf8')
    .split(/^(?=X:)/m)
    .slice(1, 20),
];

const PIECES = [
  ...['999999999', '0', '/0', '1/0', 'M:4/0', '\nM:3/0\n', '[M:0/4]', '[M:255/128]', '[L:1/0]', '[L:0/1]', '[Q:0]'],
  ...['[Q:1/4=999999999999]', '[Q:1/0=100]', '(9', '(9999', '(3:9:9', ':|', '|:', '::', '[1-999999999', '[1,99999999'],
  ...['{', '}', '[', '[V:', '[V:77]', '\nV:', '\nK:', '[K:', 'K:none', '[K:C transpose=999999]', '[K:C octave=99]'],
  ...[
    'clef=perc',
    '!',
    '!trill!',
    '!trill(!',
    '"',
    '\\',
    '%',
    '%%',
    '\n%%MIDI ',
    '\n%%MIDI transpose 200\n',
    '\n%%score (((',
  ],
  ...[
    '\n%%MIDI drum d2 35 38 100\n%%MIDI drumon\n',
    '\n\n',
    '\n',
    '&',
    '&&&',
    '-',
    '>>>>>',
    '<<<<<',
    '////',
    '^^^',
    '___',
  ],
  ...[
    "''''''''",
    ',,,,,,,,',
    'z',
    'Z9999',
    'x',
    'y',
    'C0',
    'B,',
    'X:2\n',
    '\nw:',
    '\ns:',
    '\nP:AAAA',
    '$',
    '\x12',
    '\u200b',
    '\0',
  ],
];

/** The tune of a number: one of those above, changed in one to six places. */
function mutated(seed: number): string {
  let state = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  let tune = TUNES[below(TUNES.length)]!;
  for (let changes = 1 + below(6); changes > 0; changes--) {
    const at = below(tune.length + 1);
    const [head, tail] = [tune.slice(0, at), tune.slice(at)];
    const way = below(6);
    if (way < 3) tune = head + PIECES[below(PIECES.length)]!.repeat(below(8) > 0 ? 1 : 1 + below(300)) + tail;
    else if (way === 3) tune = head + tail.slice(below(40));
    else if (way === 4) tune = head + tail.slice(0, below(200)) + tail;
    else tune = head + String.fromCharCode(32 + below(95)) + tail.slice(1);
  }
  return tune;
}

/** Reads tunes in a process of its own, since what abcjs cannot bear may abort it, and writes what came of each. */
const CHILD = `
import { AbcError, abcToMidi } from '@etude/abc';
import { isNoteOff, isNoteOn, keyId, readMidi } from '@etude/midi-reader';
let text = '';
for await (const part of process.stdin) text += part;
console.log = (...values) => { throw new Error('printed ' + values[0]); };
for (const { seed, tune } of JSON.parse(text)) {
  process.stdout.write(seed + ' ');
  const begun = performance.now();
  process.stdout.write(outcomeOf(tune).replace(/\\n/g, ' '));
  if (performance.now() - begun > 5000) process.stdout.write(' slow');
  process.stdout.write('\\n');
}
function outcomeOf(tune) {
  const lines = tune.split(/\\r\\n?|\\n/).length;
  const isPlain = ({ line, column, message }) =>
    line >= 1 && line <= lines && column >= 1 && !/NaN|undefined|Error|&gt;|&lt;/.test(message);
  try {
    const { bytes, warnings } = abcToMidi(tune);
    if (!warnings.every(isPlain)) return 'warning ' + JSON.stringify(warnings);
    for (const { events } of readMidi(bytes, { strict: true }).tracks) {
      const down = new Map();
      for (const event of events) {
        const change = isNoteOn(event) ? 1 : isNoteOff(event) ? -1 : 0;
        down.set(keyId(event), (down.get(keyId(event)) ?? 0) + change);
      }
      if ([...down.values()].some((count) => count !== 0)) return 'a note without an end';
    }
    return 'ok';
  } catch (error) {
    if (!(error instanceof AbcError)) return error.stack;
    return isPlain(error) ? 'refused' : 'error ' + error.line + ':' + error.column + ' ' + error.message;
  }
}
`;

it('reads or refuses any tune, in time and in plain words', async () => {
  const tunes = Array.from({ length: 500 }, (_, seed) => ({ seed, tune: mutated(seed) }));
  const child = spawn(process.execPath, ['--max-old-space-size=500', '--input-type=module', '-e', CHILD], {
    cwd: new URL('..', import.meta.url),
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 50_000,
  });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(tunes));
  let said = '';
  for await (const part of child.stdout) said += part;
  const outcomes = said.trim().split('\n');
  expect(outcomes.filter((outcome) => !/^\d+ (ok|refused)$/.test(outcome))).toEqual([]);
  expect(outcomes).toHaveLength(tunes.length);
  expect(outcomes.filter((outcome) => outcome.endsWith('ok')).length).toBeGreaterThan(100);
});
