import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { objectStoreContract } from '@etude/engine/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseS3Location } from './s3-location.js';
import { s3Store } from './s3-store.js';
import { type S3Server, startS3 } from './servers/s3-server.js';
import { hasGo } from './servers/versitygw.js';
import { useCredentials } from './testing/credentials.js';

const go = await hasGo();
const bytes = (content: string) => new Uint8Array(Buffer.from(content));

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each([
  { program: 'moto', here: true },
  { program: 'versitygw', here: go },
] as const)('S3 as of $program', ({ program, here }) => {
  let s3: S3Server;
  beforeAll(async () => {
    if (here) s3 = await startS3({ folder: mkdtempSync(join(tmpdir(), 'etude-s3-')), program, say: console.error });
  }, 900_000);
  afterAll(() => s3?.stop());
  beforeEach((context) => {
    context.skip(!here, 'there is no Go');
    useCredentials(s3.credentials);
  });
  const store = (from = 'etude?', to = from) => s3Store(parseS3Location(s3.url.replace(from, to)));

  describe('at the root of a bucket', () => objectStoreContract(store));
  describe('below a prefix', () => objectStoreContract(() => store('etude?', 'etude/some/team?')));

  it('says which bucket is missing', async () => {
    const elsewhere = store('etude?', 'elsewhere?');
    await expect(elsewhere.get('a')).rejects.toThrow(/has no bucket "elsewhere"/);
    await expect(elsewhere.put('a', bytes('x'))).rejects.toThrow(/has no bucket "elsewhere"/);
  });

  it('says that credentials are missing, or wrong', async () => {
    useCredentials({});
    await expect(store().get('a')).rejects.toThrow(
      /^no credentials for the object store at \S+: set AWS_ACCESS_KEY_ID and/,
    );
    // moto takes any.
    if (program === 'moto') return;
    useCredentials({ ...s3.credentials, AWS_ACCESS_KEY_ID: 'someone' });
    await expect(store().get('a')).rejects.toThrow(/does not accept the credentials \(XAdminUserNotFound\)/);
    useCredentials({ ...s3.credentials, AWS_SECRET_ACCESS_KEY: 'something' });
    await expect(store().get('a')).rejects.toThrow(/does not accept the credentials \(SignatureDoesNotMatch\)/);
  });
});

it('says that nothing listens', async () => {
  useCredentials({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
  const store = s3Store(parseS3Location('s3://etude?endpoint=http://127.0.0.1:1'), { attempts: 2 });
  await expect(store.get('a')).rejects.toThrow(
    /^the object store at http:\/\/127.0.0.1:1 could not be reached, in 2 attempts: ECONNREFUSED$/,
  );
});
