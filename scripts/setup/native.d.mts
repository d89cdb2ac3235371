/**
 * Runs set-up in a process of its own, on standard error.
 * @param options `again` tries also what failed before
 * @returns whether it came to its end
 */
export function setUp(options: { again: boolean }): Promise<boolean>;

/**
 * The folder of tfjs-node. In a checkout set-up has come before; what was installed as a package is set up when it first
 * computes, and where that fails it computes without.
 * @example
 * const { tf, backend } = await loadTensorFlow({ tfjsNode: await nativeTensorFlow() });
 */
export function nativeTensorFlow(): Promise<string>;
