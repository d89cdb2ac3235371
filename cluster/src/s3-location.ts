import { isKey, suggestion } from '@etude/engine';
import { ClusterError } from './cluster-error.js';

/** Where the objects of a store are in S3 or in what has the same API. */
export interface S3Location {
  readonly bucket: string;
  /** what all keys begin with: empty, or with a slash at its end */
  readonly prefix: string;
  /** of a store other than Amazon's: `http://127.0.0.1:9000` */
  readonly endpoint?: string;
  /** left out: what the SDK finds in `AWS_REGION` or its own files */
  readonly region?: string;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const REGION = /^[a-z0-9-]{1,40}$/;
const PARAMETERS = ['endpoint', 'region'];
const SHAPE = 's3://bucket/prefix?endpoint=http://127.0.0.1:9000&region=us-east-1';

/**
 * Reads the URL of a store.
 * @throws {ClusterError} that says what is wrong with it; passwords in it are not repeated
 * @example
 * parseS3Location('s3://music/etude?region=eu-central-1'); // { bucket: 'music', prefix: 'etude/', region: 'eu-central-1' }
 */
export function parseS3Location(text: string): S3Location {
  if (!URL.canParse(text)) throw new ClusterError(`not the URL of a store (expected ${SHAPE})`);
  const url = new URL(text);
  refuseCredentials(url, 'the URL of the store');
  const wrong = (what: string) => new ClusterError(`${what} in ${text} (expected ${SHAPE})`);
  if (url.protocol !== 's3:') throw wrong(`"${url.protocol.slice(0, -1)}" instead of "s3"`);
  if (!BUCKET.test(url.host)) throw wrong(`invalid name of a bucket "${url.host}"`);
  if (url.hash) throw wrong(`unexpected "${url.hash}"`);
  const path = url.pathname.replace(/^\/|\/$/g, '');
  if (path !== '' && !isKey(path)) throw wrong(`invalid prefix "${path}"`);
  for (const name of url.searchParams.keys()) {
    if (!PARAMETERS.includes(name)) throw wrong(`unknown parameter "${name}"${suggestion(name, PARAMETERS)}`);
    if (url.searchParams.getAll(name).length > 1) throw wrong(`"${name}" twice`);
  }
  const { endpoint, region } = Object.fromEntries(url.searchParams);
  if (region !== undefined && !REGION.test(region)) throw wrong(`invalid region "${region}"`);
  return {
    bucket: url.host,
    prefix: path === '' ? '' : `${path}/`,
    ...(endpoint !== undefined && { endpoint: checkedEndpoint(endpoint, wrong) }),
    ...(region !== undefined && { region }),
  };
}

function checkedEndpoint(text: string, wrong: (what: string) => ClusterError): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined) refuseCredentials(url, 'the endpoint of the store');
  if (
    url === undefined ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.pathname !== '/' ||
    url.search ||
    url.hash
  )
    throw wrong(`invalid endpoint "${text}"`);
  return url.origin;
}

/** A URL ends up in logs and in the lists of processes. */
function refuseCredentials(url: URL, what: string): void {
  if (url.username === '' && url.password === '') return;
  throw new ClusterError(
    `${what} contains a user name or a password; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, instead`,
  );
}
