import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3Location } from './s3-location.js';

/** How long an unavailable store is waited for. */
export interface S3Limits {
  /** requests at most until one is answered: by default 5, with pauses that double, from 0.1 s on */
  readonly attempts?: number;
  /** without a byte from the store, in milliseconds: by default 30 s */
  readonly idleMs?: number;
  /** for one object with all attempts, in milliseconds: by default 15 minutes */
  readonly totalMs?: number;
}

const CONNECT_MS = 10_000;

/**
 * The SDK's client of a store, as all of this package configures it.
 * @param credentials by default what the SDK finds in the environment and in its own files
 */
export function s3Client(
  { endpoint, region = endpoint === undefined ? undefined : 'us-east-1' }: Omit<S3Location, 'bucket' | 'prefix'>,
  { attempts, idleMs }: Required<Pick<S3Limits, 'attempts' | 'idleMs'>>,
  credentials?: S3ClientConfig['credentials'],
): S3Client {
  // Its versions are pinned here, so that a user of Node 20 can do nothing about its warning.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return new S3Client({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(credentials !== undefined && { credentials }),
    ...{ maxAttempts: attempts, retryMode: 'standard' },
    // A store that does not know "Expect: 100-continue" costs six seconds for each large object.
    expectContinueHeader: false,
    // The one checksum is SHA-256, which the caller computes.
    ...{ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: idleMs },
  });
}
