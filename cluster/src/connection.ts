import { setTimeout as sleep } from 'node:timers/promises';
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
export async function reached<T>({ address }: TemporalPlace, connect: () => Promise<T>): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    const [line] = (error as Error).message.split('\n');
    throw new ClusterError(`the Temporal server at ${address} cannot be reached: ${line}`, { cause: error });
  }
}

/** Milliseconds after which a server is tried again that was away. */
const AGAIN_AFTER = 1000;

/**
 * As {@link reached}, and waits for a server that is away: who starts a machine does not know whether another one is up already.
 * @param how `say` is told of it once; `signal` ends the waiting
 * @throws {ClusterError} where the server cannot be reached and the waiting was ended
 */
export async function whenReached<T>(
  place: TemporalPlace,
  connect: () => Promise<T>,
  { say, signal }: { say: (line: string) => void; signal: AbortSignal },
): Promise<T> {
  for (let hasSaid = false; ; hasSaid = true) {
    try {
      return await reached(place, connect);
    } catch (error) {
      if (signal.aborted) throw error;
      if (!hasSaid) say(`${(error as Error).message}; waiting for it`);
      await sleep(AGAIN_AFTER);
    }
  }
}
