import { spread } from './pair.mjs';

/** Multiplications of a training step's products: forward, and twice that backward. */
function multiplications({ layers, units: H, batch, window, vocabulary: V }) {
  const rows = batch * window;
  // The input map of the first layer is applied to each token once.
  const maps = Math.min(rows, V) + rows * (2 * layers - 1);
  return 3 * (maps * H * 4 * H + rows * H * V);
}

const base = { task: 'train', layers: 2, units: 256, batch: 32, window: 64, vocabulary: 300 };

/** How the cost of a multiplication changes with the size of the model: it should not. Picoseconds, smaller is better. */
export function growth({ inTurn, here, threads }) {
  const sizes = [
    ...[1, 2, 4, 8].map((layers) => ({ layers })),
    ...[64, 128, 256, 512, 1024].map((units) => ({ units })),
    ...[16, 64, 256].map((window) => ({ window })),
  ];
  return sizes.map((change) => {
    const [[what, value]] = Object.entries(change);
    return {
      name: `growth-${what}-${value}`,
      async run() {
        const config = { ...base, ...change, threads };
        const command = [process.execPath, here('etude-worker.mjs'), JSON.stringify(config)];
        const [times] = await inTurn([command], { rounds: 3, units: 5, warmup: 30 });
        const picoseconds = times.map((ms) => (ms * 1e9) / multiplications(config));
        return { name: `growth-${what}-${value}`, unit: 'ps', ours: spread(picoseconds) };
      },
    };
  });
}
