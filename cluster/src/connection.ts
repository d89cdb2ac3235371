import { ClusterError } from './cluster-error.js';

/** Where a Temporal server is. */
export interface TemporalPlace {
  /** host and port */
  readonly address: string;
  readonly namespace: string;
}

/** @throws {ClusterError} where the server cannot be reached */
export async function reached<T>({ address }: TemporalPlace, connect: () => Promise<T>): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    throw new ClusterError(`the Temporal server at ${address} cannot be reached: ${line}`, { cause: error });
  }
}
