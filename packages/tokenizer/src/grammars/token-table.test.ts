import { expect, it } from 'vitest';
import { numbered, tokenTable } from './token-table.js';

type Token =
  | { readonly kind: 'pitch'; readonly key: number }
  | { readonly kind: 'name'; readonly text: string; readonly sharp: boolean };

const table = tokenTable<Token>({
  pitch: numbered('Pitch', 'key', 1, 127),
  name: {
    pattern: /^Name_([A-G])(#)?$/,
    read: (text, sharp) => ({ text: text!, sharp: sharp !== undefined }),
    write: ({ text, sharp }) => `Name_${text}${sharp ? '#' : ''}`,
  },
});

it.each(['Pitch_1', 'Pitch_127', 'Name_C', 'Name_C#'])('reads %s and writes it again', (text) => {
  expect(table.write(table.read(text)!)).toBe(text);
});

it.each([
  'Pitch_0',
  'Pitch_128',
  'Pitch_007',
  'Pitch_-1',
  'Pitch_',
  'Pitch_1 ',
  'xPitch_1',
  'Name_H',
  '',
])('takes "%s" for no token', (text) => {
  expect(table.read(text)).toBeUndefined();
  expect(table.changed(text, (token) => token)).toBeUndefined();
});

it('changes what a token means', () => {
  const up = (token: Token) =>
    token.kind !== 'pitch' ? token : token.key === 127 ? undefined : { ...token, key: token.key + 1 };
  expect(['Pitch_60', 'Name_C', 'Pitch_127'].map((text) => table.changed(text, up))).toEqual([
    'Pitch_61',
    'Name_C',
    undefined,
  ]);
});
