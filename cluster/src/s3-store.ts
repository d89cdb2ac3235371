import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { checkKey, isKey, type ObjectStore } from '@etude/engine';
import { ClusterError } from './cluster-error.js';

import { type S3Limits, s3Client } from './s3-client.js';
import { attemptsOf, isDamagedUpload, placeOf, s3Problem, statusOf } from './s3-errors.js';
import type { S3Location } from './s3-location.js';

const LIMITS: Required<S3Limits> = { attempts: 5, idleMs: 30_000, totalMs: 900_000 };
/** Milliseconds before an object is fetched again that arrived damaged; doubles. */
const PAUSE_MS = 100;

/**
 * Objects in a bucket of S3, or of anything with its API. Credentials come from the environment (`AWS_ACCESS_KEY_ID` and
 * `AWS_SECRET_ACCESS_KEY`, `AWS_PROFILE`) or where else the SDK looks for them. The store checks the SHA-256 of what it gets; what it
 * answers is fetched again where it is not what was stored.
 * @throws {ClusterError} from all methods: no such bucket, access denied, store full, store unavailable for longer than the limits allow
 * @example
 * const store = s3Store(parseS3Location('s3://music/etude?region=eu-central-1'));
 */
export function s3Store(location: S3Location, limits: S3Limits = {}): ObjectStore {
  return new S3Store(location, { ...LIMITS, ...limits });
}

class S3Store implements ObjectStore {
  readonly #location: S3Location;
  readonly #limits: Required<S3Limits>;
  readonly #client: S3Client;

  constructor(location: S3Location, limits: Required<S3Limits>) {
    this.#location = location;
    this.#limits = limits;
    this.#client = s3Client(location, limits);
  }

  get(key: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    const request = new GetObjectCommand(this.#at(key));
    return this.#limited(signal, async (abortSignal) => {
      for (let attempt = 1; ; attempt++) {
        const last = attempt === this.#limits.attempts;
        try {
          const answer = await this.#client.send(request, { abortSignal });
          const bytes = await bodyOf(answer, this.#limits.idleMs);
          const { sha256 } = answer.Metadata ?? {};
          if (last || sha256 === undefined || sha256 === digestOf(bytes).toString('hex')) return bytes;
        } catch (error) {
          if ((error as Error).name === 'NoSuchKey') return undefined;
          if (last || !(error instanceof BrokenBody)) throw error;
        }
        await sleep(PAUSE_MS * 2 ** attempt, undefined, { signal: abortSignal });
      }
    });
  }

  put(key: string, bytes: Uint8Array, options: { ifAbsent?: boolean; signal?: AbortSignal } = {}): Promise<boolean> {
    const digest = digestOf(bytes);
    const sha256 = digest.toString('hex');
    const request = new PutObjectCommand({
      ...this.#at(key),
      Body: bytes,
      ChecksumSHA256: digest.toString('base64'),
      // Not every store keeps the checksum.
      Metadata: { sha256 },
      ...(options.ifAbsent && { IfNoneMatch: '*' }),
    });
    return this.#limited(options.signal, async (abortSignal) => {
      for (let attempt = 1; ; attempt++) {
        try {
          await this.#client.send(request, { abortSignal });
          return true;
        } catch (error) {
          if (options.ifAbsent && statusOf(error) === 412) {
            // The first of several attempts may have stored it, and its answer was lost.
            return (attempt > 1 || attemptsOf(error) > 1) && (await this.#digestIn(key, abortSignal)) === sha256;
          }
          const again = isDamagedUpload(error) || (options.ifAbsent && statusOf(error) === 409);
          if (!again || attempt === this.#limits.attempts) throw error;
        }
        await sleep(PAUSE_MS * 2 ** attempt, undefined, { signal: abortSignal });
      }
    });
  }

  async remove(key: string): Promise<void> {
    const request = new DeleteObjectCommand(this.#at(key));
    await this.#limited(undefined, (abortSignal) => this.#client.send(request, { abortSignal }));
  }

  async *list(prefix: string): ReturnType<ObjectStore['list']> {
    const { bucket: Bucket, prefix: above } = this.#location;
    for (let next: string | undefined; ; ) {
      const request = new ListObjectsV2Command({ Bucket, Prefix: above + prefix, ContinuationToken: next });
      const page = await this.#limited(undefined, (abortSignal) => this.#client.send(request, { abortSignal }));
      for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
        const key = Key.slice(above.length);
        if (isKey(key)) yield { key, bytes: Size, modified: LastModified };
      }
      next = page.IsTruncated ? page.NextContinuationToken : undefined;
      if (next === undefined) return;
    }
  }

  #at(key: string): { Bucket: string; Key: string } {
    checkKey(key);
    return { Bucket: this.#location.bucket, Key: this.#location.prefix + key };
  }

  async #digestIn(key: string, abortSignal: AbortSignal): Promise<string | undefined> {
    return (await this.#client.send(new HeadObjectCommand(this.#at(key)), { abortSignal })).Metadata?.sha256;
  }

  /** Does work that ends when the caller aborts it or the time is up, and says in words what the store did wrong. */
  async #limited<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const controller = new AbortController();
    const stop = () => controller.abort(signal?.reason);
    const { totalMs } = this.#limits;
    const tooLong = new ClusterError(`${placeOf(this.#location)} took longer than ${totalMs / 1000} s`);
    const timer = setTimeout(() => controller.abort(tooLong), totalMs);
    signal?.addEventListener('abort', stop);
    try {
      // The SDK does not heed the signal while it pauses.
      const aborted = once(controller.signal, 'abort').then(() => Promise.reject(controller.signal.reason));
      return await Promise.race([work(controller.signal), aborted]);
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : s3Problem(error, this.#location);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  }
}

/** An answer that broke off, or that stalled. */
class BrokenBody extends Error {}

async function bodyOf({ Body, ContentLength }: GetObjectCommandOutput, idleMs: number): Promise<Uint8Array> {
  const body = Body as Readable;
  const chunks: Uint8Array[] = [];
  const stalled = setTimeout(() => body.destroy(new Error('no more bytes came')), idleMs);
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Uint8Array);
      stalled.refresh();
    }
  } catch (error) {
    throw new BrokenBody(`an object broke off: ${(error as Error).message}`, { cause: error });
  } finally {
    clearTimeout(stalled);
  }
  const bytes = Buffer.concat(chunks);
  if (ContentLength !== undefined && bytes.length !== ContentLength)
    throw new BrokenBody(`an object broke off after ${bytes.length} of ${ContentLength} bytes`);
  return bytes;
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
