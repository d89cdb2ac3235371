import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { ClusterError } from '../cluster-error.js';
import { s3Client } from '../s3-client.js';
import { motoCommand } from './moto.js';
import type { Providing } from './providing.js';
import { freePort, type ServerProcess, startServer } from './server-process.js';
import { hasGo, versitygwCommand } from './versitygw.js';

const BUCKET = 'etude';

export interface S3Server extends ServerProcess {
  /** as `parseS3Location` reads it: `s3://etude?endpoint=http://127.0.0.1:9000` */
  readonly url: string;
  /** what processes that use it need in their environment */
  readonly credentials: { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string };
  /** file that sets them in a shell: `. credentials.sh` */
  readonly credentialsFile: string;
  /** whether objects are still there after a restart */
  readonly keepsObjects: boolean;
}

export interface S3ServerOptions extends Providing {
  /** made where it is missing; objects, credentials and the log are in it */
  readonly folder: string;
  /** a free one where it is left out */
  readonly port?: number;
  /** `versitygw` serves files and needs Go; `moto` keeps objects in memory and needs Python. By default versitygw where there is Go. */
  readonly program?: 'versitygw' | 'moto';
}

/**
 * Starts a small S3 server on 127.0.0.1, with a bucket `etude`. Its credentials are made once for the folder; a file that only the user can read keeps them.
 * @throws {ClusterError} where the server cannot be installed, or does not start
 * @example
 * const s3 = await startS3({ folder: '/tmp/cluster' });
 * Object.assign(process.env, s3.credentials);
 * const store = s3Store(parseS3Location(s3.url));
 */
export async function startS3(options: S3ServerOptions): Promise<S3Server> {
  const { folder, signal, environment } = options;
  const program = options.program ?? ((await hasGo(environment)) ? 'versitygw' : 'moto');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const credentialsFile = join(folder, 'credentials.sh');
  const credentials = keptCredentials(credentialsFile);
  const { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey } = credentials;
  const port = await freePort(options.port);
  const endpoint = `http://127.0.0.1:${port}`;
  const server = await startServer({
    name: `the S3 server (${program})`,
    ...(program === 'moto'
      ? await motoCommand(port, options)
      : await versitygwCommand({ folder: join(folder, 's3'), port, accessKey, secretKey }, options)),
    log: join(folder, 's3.log'),
    answers: () => fetch(endpoint, { signal: AbortSignal.timeout(2000) }),
    signal,
  });
  try {
    await createBucket(endpoint, { accessKeyId: accessKey, secretAccessKey: secretKey });
  } catch (error) {
    await server.stop();
    throw new ClusterError(`the S3 server made no bucket: ${(error as Error).message}`, { cause: error });
  }
  const url = `s3://${BUCKET}?endpoint=${endpoint}`;
  return { ...server, url, credentials, credentialsFile, keepsObjects: program !== 'moto' };
}

/** The credentials of a folder; made where there are none. */
function keptCredentials(file: string): S3Server['credentials'] {
  try {
    const made = [
      `AWS_ACCESS_KEY_ID=${randomBytes(10).toString('hex')}`,
      `AWS_SECRET_ACCESS_KEY=${randomBytes(24).toString('hex')}`,
    ];
    writeFileSync(file, made.map((line) => `export ${line}\n`).join(''), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  chmodSync(file, 0o600);
  const text = readFileSync(file, 'utf8');
  const [, AWS_ACCESS_KEY_ID] = /^export AWS_ACCESS_KEY_ID=([0-9a-f]+)$/m.exec(text) ?? [];
  const [, AWS_SECRET_ACCESS_KEY] = /^export AWS_SECRET_ACCESS_KEY=([0-9a-f]+)$/m.exec(text) ?? [];
  if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined)
    throw new ClusterError(`${file} is damaged; remove it, and new credentials are made`);
  return { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
}

async function createBucket(
  endpoint: string,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
): Promise<void> {
  const client = s3Client({ endpoint }, { attempts: 3, idleMs: 10_000 }, credentials);
  try {
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  } catch (error) {
    if (!['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'].includes((error as Error).name)) throw error;
  } finally {
    client.destroy();
  }
}
