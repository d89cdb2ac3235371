import { loadClientConnectConfig } from '@temporalio/envconfig';
import { ClusterError } from './cluster-error.js';

/** Where a Temporal server is. */
export interface TemporalPlace {
  /** host and port */
  readonly address: string;
  readonly namespace: string;
}

/**
 * How a server is connected to: TLS and API key are what Temporal's own programs use, from the environment (`TEMPORAL_TLS_…`, `TEMPORAL_API_KEY`) or a
 * profile in their configuration file.
 * @throws {ClusterError} where those cannot be read
 */
export function connectionOptions({ address }: TemporalPlace) {
  try {
    const { tls, apiKey, metadata } = loadClientConnectConfig().connectionOptions;
    return { address, ...(tls !== undefined && { tls }), ...(apiKey && { apiKey }), ...(metadata && { metadata }) };
  } catch (error) {
    throw new ClusterError(`Temporal's settings in the environment cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** @throws {ClusterError} where the server cannot be reached */
export async function reached<T>({ address, namespace }: TemporalPlace, connect: () => Promise<T>): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    if (/namespace.*not found/i.test((error as Error).message)) {
      throw new ClusterError(`the Temporal server at ${address} has no namespace "${namespace}"`, { cause: error });
    }
    const why = causeIn((error as Error).message);
    throw new ClusterError(`the Temporal server at ${address} cannot be reached: ${why}`, { cause: error });
  }
}

/** Of an error as Rust prints it, `ConnectError("tcp connect error", …, Os { …, message: "Connection refused" })`, what is quoted last; of others the first line. */
function causeIn(message: string): string {
  return /^tonic::.*"([^"]+)"[^"]*$/s.exec(message)?.[1] ?? message.split('\n')[0]!;
}
