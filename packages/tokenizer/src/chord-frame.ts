import { isDrum, notesOf, type Piece } from '@etude/corpus';
import { type ChannelEvent, ChannelEvents } from '@etude/midi-reader';
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
  const frames: Set<number>[] = [];
  for (const note of notesOf(piece)) {
    if (isDrum(note)) continue;
    const start = stepOf(note.start);
    const end = Math.max(start + 1, stepOf(note.end));
    checkLength(end);
    while (frames.length < end) frames.push(new Set());
    for (let frame = start; frame < end; frame++) frames[frame]!.add(note.key);
  }
  return frames.flatMap((keys) => [...[...keys].sort((a, b) => a - b).map((key) => `Pitch_${key}`), END_OF_FRAME]);
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
