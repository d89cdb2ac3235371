import { expect, it } from 'vitest';
import { parseS3Location } from './s3-location.js';

it.each([
  ['s3://music', { bucket: 'music', prefix: '' }],
  ['s3://music/', { bucket: 'music', prefix: '' }],
  ['s3://music/team/etude/', { bucket: 'music', prefix: 'team/etude/' }],
  ['s3://music?region=eu-central-1', { bucket: 'music', prefix: '', region: 'eu-central-1' }],
  [
    's3://etude?endpoint=http://127.0.0.1:9000/&region=here',
    { bucket: 'etude', prefix: '', endpoint: 'http://127.0.0.1:9000', region: 'here' },
  ],
  [
    's3://etude/a?endpoint=https%3A%2F%2Fstore.example',
    { bucket: 'etude', prefix: 'a/', endpoint: 'https://store.example' },
  ],
])('reads %s', (text, location) => {
  expect(parseS3Location(text)).toEqual(location);
});

it.each([
  ['', 'not the URL of a store (expected s3://bucket/prefix?'],
  ['music', 'not the URL of a store'],
  ['http://127.0.0.1:9000/music', '"http" instead of "s3"'],
  ['s3://', 'invalid name of a bucket ""'],
  ['s3://Music', 'invalid name of a bucket "Music"'],
  ['s3://etude:9000', 'invalid name of a bucket "etude:9000"'],
  ['s3://music/a//b', 'invalid prefix "a//b"'],
  ['s3://music#part', 'unexpected "#part"'],
  ['s3://music?endpiont=http://127.0.0.1', 'unknown parameter "endpiont"; did you mean "endpoint"?'],
  ['s3://music?region=a&region=b', '"region" twice'],
  ['s3://music?region=', 'invalid region ""'],
  ['s3://music?endpoint=127.0.0.1:9000', 'invalid endpoint "127.0.0.1:9000"'],
  ['s3://music?endpoint=http://127.0.0.1:9000/etude', 'invalid endpoint "http://127.0.0.1:9000/etude"'],
])('refuses %j', (text, message) => {
  expect(() => parseS3Location(text)).toThrow(message);
});

it.each([
  's3://me:secret@music',
  's3://me@music?endpoint=http://127.0.0.1:9000',
  's3://music?endpoint=http://me:secret@127.0.0.1:9000',
  's3://me:secret@music?endpoint=nonsense',
])('refuses credentials in %s, and does not repeat them', (text) => {
  expect(() => parseS3Location(text)).toThrow(/contains a user name or a password; set AWS_ACCESS_KEY_ID/);
  expect(() => parseS3Location(text)).not.toThrow('secret');
});
