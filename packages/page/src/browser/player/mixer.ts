/** that MIDI has */
export const CHANNELS = 16;
/** What the synthesizer makes is quiet, so that many parts may sound at once; a limiter holds what is too loud. */
const LOUDNESS = 3;
/** Seconds in which a change of loudness is made, so that none clicks. */
const SOFTLY = 0.01;

/** Mixes the sound of all channels: how loud each is heard, and all of them. */
export class Mixer {
  readonly #context: AudioContext;
  readonly #master: GainNode;
  readonly #gains: readonly GainNode[];
  readonly #meters: readonly AnalyserNode[];

  /** @param volume 0 to 1 */
  constructor(context: AudioContext, volume: number) {
    this.#context = context;
    this.#master = new GainNode(context, { gain: LOUDNESS * volume });
    const limiter = new DynamicsCompressorNode(context, {
      ...{ threshold: -6, knee: 6, ratio: 12 },
      ...{ attack: 0.003, release: 0.1 },
    });
    this.#master.connect(limiter).connect(context.destination);
    this.#gains = Array.from({ length: CHANNELS }, () => new GainNode(context));
    this.#meters = this.#gains.map((gain) => {
      const meter = new AnalyserNode(context, { fftSize: 1024 });
      gain.connect(meter).connect(this.#master);
      return meter;
    });
  }

  /** Where the sound of a channel goes in; without one, what comes in is heard as it is. */
  inputOf(channel?: number): AudioNode {
    return channel === undefined ? this.#master : this.#gains[channel]!;
  }

  setVolume(volume: number): void {
    this.#master.gain.setTargetAtTime(LOUDNESS * volume, this.#context.currentTime, SOFTLY);
  }

  /** @param gains of each channel */
  setGains(gains: readonly number[]): void {
    for (const [channel, node] of this.#gains.entries()) {
      node.gain.setTargetAtTime(gains[channel]!, this.#context.currentTime, SOFTLY);
    }
  }

  /** How loud a channel is now, 0 to 1. */
  levelOf(channel: number): number {
    const meter = this.#meters[channel]!;
    const samples = new Float32Array(meter.fftSize);
    meter.getFloatTimeDomainData(samples);
    return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }
}
