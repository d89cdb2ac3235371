import type { Answer, Chunk, Loop, Playable, Request } from './messages.js';
import { CHANNELS, Mixer } from './mixer.js';
import { Timeline } from './timeline.js';

/** Seconds of sound that are ready before they are heard: a busy machine needs some. */
const AHEAD = 0.9;
/** Seconds that are made at a time; the first ones are short, to be heard soon. */
const CHUNK = 0.3;
const FIRST_CHUNK = 0.1;
/** Seconds between the click and the first sound. */
const DELAY = 0.05;
/** Milliseconds after which a browser that does not begin to sound is held to have nothing to do it with. */
const PATIENCE = 8000;

export type PlayerState = 'stopped' | 'loading' | 'playing' | 'failed';

/**
 * Plays MIDI files by a synthesizer in a worker. Nothing is made or heard before the first `play`.
 * @example
 * const player = new Player(synthSource, soundFont);
 * player.load({ midi, channels: [0], seconds: 12 });
 * await player.play();
 */
export class Player {
  readonly #source: () => Promise<string>;
  readonly #sounds: () => Promise<Uint8Array>;
  readonly #listeners = new Set<() => void>();
  #opening: Promise<void> | undefined;
  #context: AudioContext | undefined;
  #worker: Worker | undefined;
  #mixer: Mixer | undefined;
  #piece: Playable | undefined;
  #turn = 0;
  readonly #timeline = new Timeline();
  #sources = new Set<AudioBufferSourceNode>();
  #next = 0;
  #isAsked = false;
  #isLast = false;
  #at = 0;
  state: PlayerState = 'stopped';
  problem = '';
  tempo = 1;
  volume = 0.8;
  loop: Loop | undefined;
  readonly muted = new Set<number>();
  readonly soloed = new Set<number>();

  /**
   * @param source of the worker's program
   * @param sounds a sound font
   */
  constructor(source: () => Promise<string>, sounds: () => Promise<Uint8Array>) {
    this.#source = source;
    this.#sounds = sounds;
  }

  /** Calls `listener` after each change of what the player does; the result ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  get piece(): Playable | undefined {
    return this.#piece;
  }

  /** Where in the piece it is, in seconds of the piece at its own tempo. */
  get time(): number {
    if (this.state !== 'playing' || this.#context === undefined) return this.#at;
    const now = this.#context.currentTime - (this.#context.outputLatency || 0);
    return this.#timeline.placeAt(now) ?? this.#at;
  }

  /** Puts a piece in place, and goes on playing if it was. */
  load(piece: Playable, at = 0): void {
    const wasPlaying = this.state === 'playing' || this.state === 'loading';
    this.#silence();
    this.#piece = piece;
    this.#at = at;
    this.loop = undefined;
    this.muted.clear();
    this.soloed.clear();
    if (this.#worker) this.#loadInWorker();
    if (wasPlaying) this.#start();
    this.#changed();
  }

  async play(): Promise<void> {
    if (this.#piece === undefined || this.state === 'playing' || this.state === 'loading') return;
    this.state = 'loading';
    this.#changed();
    try {
      this.#opening ??= this.#open();
      await this.#opening;
      await answered(this.#context!.resume());
    } catch (error) {
      this.#opening = undefined;
      if (this.state === 'loading') this.#fail((error as Error).message);
      return;
    }
    // Somebody may have thought better of it meanwhile.
    if (this.state !== 'loading') return;
    if (this.#at >= this.#piece.seconds) this.#at = 0;
    this.#start();
    this.#changed();
  }

  pause(): void {
    const { time } = this;
    this.#silence();
    this.#at = time;
    this.state = 'stopped';
    this.#changed();
  }

  toggle(): void {
    if (this.state === 'playing' || this.state === 'loading') this.pause();
    else void this.play();
  }

  /** @param time in seconds of the piece */
  seek(time: number): void {
    const wasPlaying = this.state === 'playing' || this.state === 'loading';
    this.#silence();
    // Who goes elsewhere has heard the loop.
    if (this.loop && (time < this.loop.from || time >= this.loop.until)) {
      this.loop = undefined;
      this.#ask({ kind: 'loop', loop: undefined });
    }
    this.#at = Math.max(0, Math.min(time, this.#piece?.seconds ?? 0));
    if (wasPlaying) this.#start();
    this.#changed();
  }

  /** @param tempo 0.25 to 4 times as fast as it is written */
  setTempo(tempo: number): void {
    this.tempo = tempo;
    this.#ask({ kind: 'tempo', factor: tempo });
    this.#changed();
  }

  /** @param volume 0 to 1 */
  setVolume(volume: number): void {
    this.volume = volume;
    this.#mixer?.setVolume(volume);
    this.#changed();
  }

  setLoop(loop: Loop | undefined): void {
    this.loop = loop;
    this.#ask({ kind: 'loop', loop });
    const { time } = this;
    if (loop && (time < loop.from || time >= loop.until)) this.seek(loop.from);
    // What was made for after the end of the loop is not heard.
    else if (loop && this.state === 'playing') this.seek(time);
    this.#changed();
  }

  toggleMute(channel: number): void {
    this.#changeHeard(() => toggle(this.muted, channel));
  }

  toggleSolo(channel: number): void {
    this.#changeHeard(() => toggle(this.soloed, channel));
  }

  #changeHeard(change: () => void): void {
    const silent = this.#piece?.channels.filter((channel) => !this.isHeard(channel)) ?? [];
    change();
    this.#setGains();
    // What was made ahead lacks those that are heard again.
    if (this.state === 'playing' && silent.some((channel) => this.isHeard(channel))) this.seek(this.time);
  }

  isHeard(channel: number): boolean {
    return !this.muted.has(channel) && (this.soloed.size === 0 || this.soloed.has(channel));
  }

  /** How loud a channel is now, 0 to 1. */
  levelOf(channel: number): number {
    return this.state === 'playing' ? (this.#mixer?.levelOf(channel) ?? 0) : 0;
  }

  async #open(): Promise<void> {
    const context = new AudioContext({ latencyHint: 'playback' });
    const url = URL.createObjectURL(new Blob([await this.#source()], { type: 'text/javascript' }));
    const worker = new Worker(url);
    URL.revokeObjectURL(url);
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.kind === 'failed') this.#fail(data.problem);
      else this.#schedule(data);
    };
    worker.onerror = ({ message }) => this.#fail(message);
    this.#context = context;
    this.#worker = worker;
    this.#mixer = new Mixer(context, this.volume);
    const sounds = Uint8Array.from(await this.#sounds()).buffer;
    this.#ask({ kind: 'open', sounds, sampleRate: context.sampleRate }, [sounds]);
    this.#loadInWorker();
    setInterval(() => this.#keepAhead(), 50);
  }

  #loadInWorker(): void {
    if (this.#piece === undefined) return;
    const midi = Uint8Array.from(this.#piece.midi).buffer;
    this.#ask({ kind: 'load', midi, channels: this.#piece.channels }, [midi]);
    this.#ask({ kind: 'tempo', factor: this.tempo });
    this.#ask({ kind: 'loop', loop: this.loop });
    this.#setGains();
  }

  #ask(request: Request, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(request, transfer);
  }

  #start(): void {
    this.#turn += 1;
    this.#next = 0;
    this.#isLast = false;
    this.#timeline.clear();
    this.#isAsked = false;
    this.state = 'loading';
    this.#ask({ kind: 'start', turn: this.#turn, at: this.#at });
    this.#more(FIRST_CHUNK);
  }

  #silence(): void {
    for (const source of this.#sources) source.stop();
    this.#sources.clear();
    this.#turn += 1;
    this.state = 'stopped';
  }

  #more(seconds: number): void {
    if (this.#isAsked || this.#isLast) return;
    this.#isAsked = true;
    this.#ask({ kind: 'more', turn: this.#turn, seconds });
  }

  #keepAhead(): void {
    if (this.state !== 'playing') return;
    const now = this.#context!.currentTime;
    if (this.#isLast && now >= this.#next) {
      this.#silence();
      this.#at = 0;
      this.#changed();
      return;
    }
    if (this.#next - now < AHEAD) this.#more(CHUNK);
  }

  #schedule(chunk: Chunk): void {
    if (chunk.turn !== this.#turn) return;
    this.#isAsked = false;
    const context = this.#context!;
    const { currentTime: now, sampleRate } = context;
    // The first sound has no place yet, and one that was not ready in time has missed its own.
    if (this.#next === 0 || this.#next < now) this.#next = now + DELAY;
    const from = this.#next;
    const play = ([left, right]: readonly [Float32Array, Float32Array], into: AudioNode) => {
      const buffer = new AudioBuffer({ length: chunk.frames, numberOfChannels: 2, sampleRate });
      buffer.copyToChannel(left as Float32Array<ArrayBuffer>, 0);
      buffer.copyToChannel(right as Float32Array<ArrayBuffer>, 1);
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(into);
      source.onended = () => this.#sources.delete(source);
      source.start(from);
      this.#sources.add(source);
    };
    if (chunk.frames > 0) {
      for (const { channel, sound } of chunk.channels) play(sound, this.#mixer!.inputOf(channel));
      play(chunk.effects, this.#mixer!.inputOf());
      this.#next = from + chunk.frames / sampleRate;
      this.#timeline.add({ from, until: this.#next, at: chunk.at, factor: chunk.factor });
    }
    this.#isLast = chunk.isLast;
    if (this.state === 'loading') {
      this.state = 'playing';
      this.#changed();
    }
    this.#keepAhead();
  }

  #setGains(): void {
    const gains = Array.from({ length: CHANNELS }, (_, channel) => (this.isHeard(channel) ? 1 : 0));
    this.#mixer?.setGains(gains);
    this.#ask({ kind: 'gains', gains });
    this.#changed();
  }

  #fail(problem: string): void {
    this.#silence();
    this.state = 'failed';
    this.problem = problem;
    this.#changed();
  }
}

/** Firefox never says that a machine has no sound. */
async function answered(begun: Promise<void>): Promise<void> {
  const silence = new Promise<never>((_, failed) => {
    setTimeout(() => failed(new Error('this machine seems to have no sound output')), PATIENCE);
  });
  await Promise.race([begun, silence]);
}

function toggle(set: Set<number>, value: number): void {
  if (!set.delete(value)) set.add(value);
}
