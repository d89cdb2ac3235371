/** What the page asks of the synthesizer. Times are in seconds of the piece as it is written, whatever its tempo now. */
export type Request =
  | { readonly kind: 'open'; readonly sounds: ArrayBuffer; readonly sampleRate: number }
  | { readonly kind: 'load'; readonly midi: ArrayBuffer; readonly channels: readonly number[] }
  | { readonly kind: 'start'; readonly turn: number; readonly at: number }
  /** at least so many seconds of sound more */
  | { readonly kind: 'more'; readonly turn: number; readonly seconds: number }
  /** how loud each channel goes into reverb and chorus */
  | { readonly kind: 'gains'; readonly gains: readonly number[] }
  | { readonly kind: 'tempo'; readonly factor: number }
  | { readonly kind: 'loop'; readonly loop: Loop | undefined };

export interface Loop {
  readonly from: number;
  readonly until: number;
}

export type Answer = Chunk | { readonly kind: 'failed'; readonly problem: string };

/** Some of the sound of a piece. */
export interface Chunk {
  readonly kind: 'chunk';
  /** which start it goes on from */
  readonly turn: number;
  /** where it begins */
  readonly at: number;
  /** how fast the piece is played in it */
  readonly factor: number;
  readonly frames: number;
  /** dry sound of each channel, left and right */
  readonly channels: readonly { readonly channel: number; readonly sound: readonly [Float32Array, Float32Array] }[];
  /** reverb and chorus of all of them */
  readonly effects: readonly [Float32Array, Float32Array];
  /** nothing comes after it */
  readonly isLast: boolean;
}

/** A piece as it is played. */
export interface Playable {
  readonly midi: Uint8Array;
  /** channels that have notes */
  readonly channels: readonly number[];
  readonly seconds: number;
}
