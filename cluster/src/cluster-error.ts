/**
 * What a user has to know or to change: a store that denies access, a server that does not start. Its message stands alone. The command line knows
 * it by its name, since this package is loaded beside it with classes of its own.
 */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  /** whether it may go by without anybody changing anything: a server that is away */
  readonly isPassing: boolean;

  constructor(message: string, { isPassing = false, ...options }: ErrorOptions & { isPassing?: boolean } = {}) {
    super(message, options);
    this.isPassing = isPassing;
  }
}
