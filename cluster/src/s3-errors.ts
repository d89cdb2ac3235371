import { ClusterError } from './cluster-error.js';
import type { S3Location } from './s3-location.js';

/** What the SDK throws: an answer of the store, or what the network said. */
interface S3Error extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

const DENIED = new Set(['AccessDenied', 'AllAccessDisabled', 'AccountProblem', 'Forbidden']);
const WRONG_CREDENTIALS = new Set([
  ...['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken', 'ExpiredToken', 'TokenRefreshRequired'],
  // Of versitygw.
  'XAdminUserNotFound',
]);
const NO_CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError']);
const FULL = /full|quota|insufficient.?(storage|space)|no space/i;
const CREDENTIALS = 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE';

export function statusOf(error: unknown): number | undefined {
  return (error as S3Error).$metadata?.httpStatusCode;
}

/** How often the SDK tried before it gave up. */
export function attemptsOf(error: unknown): number {
  return (error as S3Error).$metadata?.attempts ?? 1;
}

/** What arrived at the store is not what was sent. */
export function isDamagedUpload(error: unknown): boolean {
  return ['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch'].includes(
    (error as Error).name,
  );
}

/** In messages. */
export function placeOf({ endpoint }: S3Location): string {
  return `the object store${endpoint === undefined ? '' : ` at ${endpoint}`}`;
}

/** What went wrong with a store, in words for the one who has configured it. */
export function s3Problem(thrown: unknown, location: S3Location): ClusterError {
  const error = thrown as S3Error;
  const status = statusOf(error);
  const { bucket } = location;
  const place = placeOf(location);
  const problem = (message: string, isPassing = false) => new ClusterError(message, { cause: error, isPassing });
  if (error.name === 'NoSuchBucket') return problem(`${place} has no bucket "${bucket}"`);
  if (NO_CREDENTIALS.has(error.name)) return problem(`no credentials for ${place}: set ${CREDENTIALS}`);
  if (WRONG_CREDENTIALS.has(error.name))
    return problem(`${place} does not accept the credentials (${error.name}): check ${CREDENTIALS}`);
  if (DENIED.has(error.name) || status === 401 || status === 403)
    return problem(
      `${place} denies access to the bucket "${bucket}" (${nameOf(error)}): check its policy and ${CREDENTIALS}`,
    );
  if (error.name === 'PermanentRedirect' || status === 301)
    return problem(`the bucket "${bucket}" is in another region: add ?region=… to the URL of the store`);
  if (error.message.startsWith('Region is missing'))
    return problem(`no region for the bucket "${bucket}": add ?region=… to the URL of the store, or set AWS_REGION`);
  if (status === 507 || FULL.test(`${error.name} ${error.message}`))
    return problem(`${place} is full (${nameOf(error)})`);
  const tries = attemptsOf(error) > 1 ? `, in ${attemptsOf(error)} attempts` : '';
  if (error.name === 'TimeoutError') return problem(`${place} did not answer in time${tries}`, true);
  if (status !== undefined)
    return problem(`${place} answered ${status} (${nameOf(error)})${tries}: ${error.message}`, status >= 500);
  return problem(`${place} could not be reached${tries}: ${error.code ?? error.message}`, true);
}

/** Stores other than Amazon's may answer without a name. */
function nameOf({ name, $metadata }: S3Error): string {
  return name && name !== 'Error' && name !== 'UnknownError' ? name : `HTTP ${$metadata?.httpStatusCode}`;
}
