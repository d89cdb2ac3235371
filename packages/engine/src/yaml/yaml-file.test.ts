import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../problem.js';
import { parseYaml, readYamlFile } from './yaml-file.js';

/** A YAML file's problems, a line each. */
const problems = (text: string) => parseYaml(text, 'x.yaml').problems.map(formatProblem);
const value = (text: string) => parseYaml(text, 'x.yaml').value;

/** Lists of ten aliases of the list before, to the power of `levels`. */
const bomb = (levels: number) =>
  Array.from({ length: levels }, (_, level) => {
    const items = Array(10).fill(level === 0 ? '1' : `*a${level - 1}`);
    return `a${level}: &a${level} [${items.join(', ')}]\n`;
  }).join('');

describe('YAML', () => {
  it('is read as its core schema says, and no more', () => {
    expect(value('a: [1, 1.5, .5e1, true, ~, x, "y", 0x10, 0o10, yes, 2020-01-01]\nb: {}')).toEqual({
      a: [1, 1.5, 5, true, null, 'x', 'y', 16, 8, 'yes', '2020-01-01'],
      b: {},
    });
    expect(value('%YAML 1.1\n---\na: yes')).toEqual({ a: 'yes' });
  });

  it('is the same with CRLF', () => {
    expect(value('a:\r\n  b: 1\r\nc: |\r\n  x\r\n  y\r\n')).toEqual(value('a:\n  b: 1\nc: |\n  x\n  y\n'));
    expect(parseYaml('a:\r\n  b: 1\r\n', 'x.yaml').problem(['a', 'b'], 'here')).toMatchObject({ line: 2, column: 6 });
  });

  it('has an alias where the value stands that it is an alias of', () => {
    const file = parseYaml('base: &b { units: 8 }\ntrain: *b\nlist: [*b, *b]\n', 'x.yaml');
    expect(file.value).toEqual({ base: { units: 8 }, train: { units: 8 }, list: [{ units: 8 }, { units: 8 }] });
    expect(file.has(['train', 'units'])).toBe(true);
    expect(formatProblem(file.problem(['train', 'units'], 'here'))).toBe('x.yaml:1:19: here');
    expect(formatProblem(file.problem(['train'], 'here'))).toBe('x.yaml:2:8: here');
  });

  it('knows where each value and key stands, also of one that is missing', () => {
    const file = parseYaml('a:\n  b:\n    - 1\n    - c: 2\n', 'x.yaml');
    const at = (path: (string | number)[], where?: 'key') => {
      const { line, column } = file.problem(path, '', where);
      return `${line}:${column}`;
    };
    expect([at(['a', 'b', 1, 'c']), at(['a', 'b', 1, 'c'], 'key')]).toEqual(['4:10', '4:7']);
    expect([at(['a', 'b', 1, 'd']), at(['a', 'd']), at(['d'])]).toEqual(['4:7', '1:1', '1:1']);
    expect([file.has(['a', 'b', 1]), file.has(['a', 'b', 2]), file.has(['a', 'constructor'])]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('has keys of any name, which change nothing else', () => {
    const map = value('__proto__: { polluted: 1 }\nconstructor: 2\ntoString: 3\n') as Record<string, unknown>;
    expect(Object.keys(map)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(map.polluted).toBe(undefined);
  });

  it.each<[string, string, string[]]>([
    [
      'an alias bomb',
      bomb(6),
      ['x.yaml:5:45: expected at most 100,000 values, those of an alias counted each time that it is used, found more'],
    ],
    ['an alias that is part of itself', 'a: &x\n  b: *x\n', ['x.yaml:2:6: *x is part of what it stands for']],
    ['an alias of nothing', 'a: *x\nx: &x 1\n', ['x.yaml:1:4: no anchor is named "x"']],
    ['a key that stands twice', 'a: 1\nb: 2\n"a": 3\n', ['x.yaml:3:1: the key "a" stands twice in this map']],
    ['a map as a key', '{ a: 1 }: 2\n', ['x.yaml:1:1: expected text as a key, found a map or a list']],
    [
      'a tag',
      'a: !!binary aGk=\nb: !!js/function x\n',
      [
        'x.yaml:1:4: unknown tag !!binary; expected plain YAML, without tags',
        'x.yaml:2:4: unknown tag !!js/function; expected plain YAML, without tags',
      ],
    ],
    ['two documents', 'a: 1\n---\nb: 1\n', ['x.yaml:2:1: expected one YAML document, found a second']],
    [
      'lists inside of each other',
      `a: ${'['.repeat(70)}${']'.repeat(70)}\n`,
      ['x.yaml:1:67: expected at most 64 maps and lists inside of each other, found more'],
    ],
    [
      'aliases inside of each other',
      Array.from({ length: 70 }, (_, i) => `a${i}: &a${i} [${i === 0 ? '' : `*a${i - 1}`}]\n`).join(''),
      expect.arrayContaining(['x.yaml:64:12: expected at most 64 maps and lists inside of each other, found more']),
    ],
  ])('refuses %s', (_, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it.each(['[', '{a: ', '- ', '? '])('refuses 20,000 times "%s" with one line', (text) => {
    expect(problems(text.repeat(20_000)).at(-1)).toMatch(
      /^x.yaml:1:\d+: expected at most 64 maps and lists inside of each other, found more$/,
    );
  });

  it('reads 10,000 keys, and says where they stand, in well under a second', () => {
    const text = Array.from({ length: 10_000 }, (_, index) => `k${index}: ${index}\n`).join('');
    const started = process.cpuUsage();
    const file = parseYaml(text, 'x.yaml');
    for (let index = 0; index < 10_000; index++) file.problem([`k${index}`], '');
    expect(process.cpuUsage(started).user).toBeLessThan(3e6);
  });
});

describe('a YAML file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'etude-yaml-'));
  const read = (bytes: string | Uint8Array) => {
    writeFileSync(join(folder, 'x.yaml'), bytes);
    return readYamlFile(join(folder, 'x.yaml'), folder);
  };

  it('is parsed again only where it has changed', () => {
    const first = read('a: 1\n');
    expect(read('a: 1\n')).toBe(first);
    expect(read('a: 2\n').value).toEqual({ a: 2 });
    expect(first.value).toEqual({ a: 1 });
  });

  it('may begin with a byte order mark', () => {
    expect(read('\uFEFFa: 1\n').value).toEqual({ a: 1 });
  });

  it('is refused where it is not UTF-8, with line and column', () => {
    const bytes = Buffer.concat([Buffer.from('a: é\nb: x'), Buffer.from([0xe9, 0x0a]), Buffer.from('c: 1\n')]);
    expect(read(bytes).problems.map(formatProblem)).toEqual([
      'x.yaml:2:5: byte 10 is not valid UTF-8; save the file in that encoding',
    ]);
    expect(read(Buffer.from('\uFEFFa: 1\n', 'utf16le')).problems).toHaveLength(1);
    expect(read(Buffer.concat([Buffer.from('a: '), Buffer.from([0xe2, 0x82])])).problems.map(formatProblem)).toEqual([
      'x.yaml:1:4: byte 3 is not valid UTF-8; save the file in that encoding',
    ]);
  });

  it('is refused above 256,000 bytes', () => {
    expect(read(`# ${'x'.repeat(255_998)}`).problems).toEqual([]);
    expect(read(`# ${'x'.repeat(255_999)}`).problems.map(formatProblem)).toEqual([
      'x.yaml:1:1: expected at most 256,000 bytes of YAML, found 256,001; a folder or a pattern can stand in place of a long list of files',
    ]);
  });
});
