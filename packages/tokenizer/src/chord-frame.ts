import { type ChannelEvent, ChannelEvents } from '@etude/midi-reader';
import { isDrum, notesOf, type Piece } from '@etude/music';
import { checkKeys } from './given-voice.js';
import {
  checkLength,
  END_OF_PIECE,
  type GivenVoice,
  type Grammar,
  GrammarError,
  type GrammarState,
  START,
  TokenError,
  ticksOfStep,
  type VoiceRule,
} from './grammar.js';

const END_OF_FRAME = 'Frame_None';
const BETWEEN: GrammarState = 'frame';
/** Pitches of all frames of a piece: four at a time for nearly 9 hours at 120. */
const MOST_PITCHES = 1_000_000;
/** The grammar has no velocities. */
const VELOCITY = 80;

/**
 * The chord-frame grammar (docs/chord-frame.md): for each step of the grid the pitches that sound, low to high, and an end of
 * frame. What holds the same pitch in two frames is one note. It is how likelihoods of chorales are published (Boulanger-Lewandowski
 * et al. 2012): per frame, as the sum over its tokens.
 */
export function chordFrameGrammar(steps: number): Grammar {
  const unit = ticksOfStep(steps);
  return {
    division: unit * steps,
    encode: (piece) => encode(piece, steps),
    decode: (tokens) => decode(tokens, unit, unit * steps),
    reader() {
      let [start, sounding, frame] = [0, new Set<number>(), new Set<number>()];
      return {
        noteOf(token) {
          const key = keyOf(token);
          return key === undefined || sounding.has(key) ? undefined : { start, key, track: 0, channel: 0 };
        },
        allows: () => true,
        timeAfter: (token) => (token === END_OF_FRAME ? start + unit : start),
        add(token) {
          const key = keyOf(token);
          if (key !== undefined) frame.add(key);
          else if (token === END_OF_FRAME) [start, sounding, frame] = [start + unit, frame, new Set()];
        },
      };
    },
    startsLine: (token) => token === END_OF_FRAME,
    maySongStart: (token) => token.startsWith('Pitch_'),
    follow,
    around: (voice, known) => aroundVoice(voice, known, unit),
  };
}

function keyOf(token: string): number | undefined {
  return token.startsWith('Pitch_') ? Number(token.slice('Pitch_'.length)) : undefined;
}

/** A melody that has nothing above it, or a bass that has nothing below it, in each frame in which it sounds. */
function aroundVoice({ notes, as }: GivenVoice, known: readonly string[], unit: number): () => VoiceRule {
  if (as !== 'melody' && as !== 'bass') {
    throw new GrammarError(`chord-frame tells no parts apart: expected melody or bass, found ${as}`);
  }
  checkKeys(notes, new Set(known.flatMap((token) => keyOf(token) ?? [])), 'the music learnt from');
  const keys: (number | undefined)[] = [];
  for (const { start, end, key } of notes) {
    for (let frame = start / unit; frame < end / unit; frame++) {
      const other = keys[frame] ?? key;
      keys[frame] = as === 'melody' ? Math.max(key, other) : Math.min(key, other);
    }
  }
  return () => {
    let [frame, isHere] = [0, false];
    return {
      verdictOn(token) {
        const wanted = keys[frame];
        const key = keyOf(token);
        if (wanted === undefined || (key === undefined && token !== END_OF_FRAME)) return true;
        if (as === 'melody' && key !== undefined) return key <= wanted || (isHere ? false : [`Pitch_${wanted}`]);
        return isHere || key === wanted || [`Pitch_${wanted}`];
      },
      isOfVoice: (token) => keyOf(token) === keys[frame] && keys[frame] !== undefined,
      add(token) {
        if (token === END_OF_FRAME) [frame, isHere] = [frame + 1, false];
        else if (keyOf(token) === keys[frame]) isHere = true;
      },
    };
  };
}

function encode(piece: Piece, steps: number): string[] {
  const stepOf = (tick: number) => Math.round((tick * steps) / piece.division);
  const notes = notesOf(piece)
    .filter((note) => !isDrum(note))
    .map(({ key, start, end }) => ({ key, start: stepOf(start), end: Math.max(stepOf(start) + 1, stepOf(end)) }));
  let [last, sounding] = [0, 0];
  for (const { start, end } of notes) {
    last = Math.max(last, end);
    sounding += end - start;
  }
  checkLength(last);
  if (sounding > MOST_PITCHES) {
    throw new GrammarError(
      `the frames of the piece have more than ${MOST_PITCHES.toLocaleString('en')} pitches: are there notes that are never ended?`,
    );
  }
  /** keys of each frame, in which one may stand twice */
  const frames = Array.from({ length: last }, (): number[] => []);
  for (const { key, start, end } of notes) for (let frame = start; frame < end; frame++) frames[frame]!.push(key);
  const tokens: string[] = [];
  for (const keys of frames) {
    for (const key of new Set(keys.sort((a, b) => a - b))) tokens.push(`Pitch_${key}`);
    tokens.push(END_OF_FRAME);
  }
  return tokens;
}

function decode(tokens: readonly string[], unit: number, division: number): Piece {
  const events: ChannelEvent[] = [];
  let sounding = new Set<number>();
  let frame = new Set<number>();
  let tick = 0;
  let state: GrammarState | undefined = START;
  const endFrame = () => {
    for (const key of sounding) if (!frame.has(key)) events.push({ tick, status: 0x80, data1: key, data2: 0 });
    for (const key of frame) if (!sounding.has(key)) events.push({ tick, status: 0x90, data1: key, data2: VELOCITY });
    [sounding, frame] = [frame, new Set()];
    tick += unit;
  };
  tokens.forEach((token, index) => {
    state = follow(state!, token);
    if (state === undefined) {
      throw new TokenError(
        index,
        `expected a higher pitch or ${END_OF_FRAME} of the chord-frame grammar, found "${token}"`,
      );
    }
    if (token === END_OF_FRAME) endFrame();
    else if (token.startsWith('Pitch_')) frame.add(Number(token.slice(token.indexOf('_') + 1)));
  });
  // The last frame ends without a token where a song was cut, and a frame of silence ends all that sounds.
  if (frame.size > 0) endFrame();
  endFrame();
  const tracks = [{ name: '', events: ChannelEvents.of(events) }];
  return { division, tempos: [], timeSignatures: [], keySignatures: [], tracks };
}

/** The state is the last pitch of the frame, or `frame` between two of them. */
function follow(state: GrammarState, token: string): GrammarState | undefined {
  if (token === END_OF_FRAME) return BETWEEN;
  if (token === END_OF_PIECE) return state === START || state === BETWEEN ? START : undefined;
  // In a corpus that is transposed a piece may begin with how far it is; see the stage read-frames.
  if (/^Transposed_-?\d{1,2}$/.test(token)) return state === START ? BETWEEN : undefined;
  const key = /^Pitch_(\d{1,3})$/.exec(token)?.[1];
  if (key === undefined || Number(key) > 127) return undefined;
  return state === START || state === BETWEEN || Number(key) > Number(state) ? key : undefined;
}
