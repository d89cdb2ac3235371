import { type CopyBound, CopyIndex, HASHED_NOTES, type RunHashes } from '@etude/measures';
import type { Kernels, Model } from '@etude/model';
import { notesOf, type Piece, rescale } from '@etude/music';
import type { TensorFlow } from '@etude/tensorflow';
import {
  fitMusic,
  type Grammar,
  GrammarError,
  type GrammarSettings,
  learnedNotes,
  type Vocabulary,
} from '@etude/tokenizer';
import type { Bending } from '../sampling/distribution.js';
import { CompositionError } from './composition-error.js';
import { cadenceOf } from './endings/cadence.js';
import { sectionPlaces, sectionsOf, writeForm } from './form/form.js';
import { type GivenFile, givenMusic } from './given-music.js';
import { givenVoice } from './given-voice/given-voice.js';
import { LearnedMusic } from './learned-music.js';
import { noiseOf, themesOf } from './noise/noise.js';
import { songOptions } from './rules/grammar-constraint.js';
import { noteRules } from './rules/note-rules.js';
import type { SongSettings } from './settings.js';
import { barTicks, formPlan, upbeatTicks, wantedSong } from './song-plan.js';
import { type Song, SongWriter } from './song-writer.js';
import { faultsBeside } from './takes/faults.js';
import { toldRows } from './told-rows.js';

/** A model, and what its tokens mean. */
export interface ComposingModel {
  readonly tf: TensorFlow;
  readonly kernels: Kernels;
  readonly model: Model;
  readonly vocabulary: Vocabulary;
  readonly grammar: Grammar;
  readonly settings: GrammarSettings;
}

/** The music that songs are related to. */
export interface ComposingMusic {
  /** what the model has learned from, as the grammar takes it; at least one piece */
  readonly learned: readonly Piece[];
  /** what the model that was gone on from has learned from, where that is known */
  readonly base?: RunHashes | undefined;
  /** music of the user's own */
  readonly given: readonly GivenFile[];
}

export interface ComposingHooks {
  readonly signal: AbortSignal;
  readonly progress: (progress: { done: number; total: number; unit: string }) => void;
  readonly say: (line: string) => void;
}

/**
 * Songs of a model, as the settings want them.
 * @throws {CompositionError} where the settings cannot be met with this model and this music
 * @throws {UnknownMusicError} where given music has what the music learnt from lacks
 */
export async function compose(
  composing: ComposingModel,
  music: ComposingMusic,
  settings: SongSettings & { readonly seed: number },
  { signal, progress, say }: ComposingHooks,
): Promise<readonly Song[]> {
  const { vocabulary, grammar, model } = composing;
  const {
    songs: count,
    length,
    seed,
    prime,
    bars,
    rules: { copyLimit, ...notes },
    noise,
    takes,
    form,
    ending,
  } = settings;
  if (form !== undefined && settings.voice !== undefined) {
    throw new CompositionError('sample.form and sample.voice cannot both be: a given voice says how long the song is');
  }
  if (grammar.hasTurns && themesOf(noise).length > 0) {
    throw new CompositionError(
      `the noise theme needs a grammar whose tokens stand for themselves, such as factored: ${composing.settings.grammar} lets voices take turns`,
    );
  }
  if (bars !== undefined && (form !== undefined || settings.voice !== undefined)) {
    throw new CompositionError(
      'sample.bars cannot be beside sample.form or sample.voice, which say how long songs are',
    );
  }
  const learned = new LearnedMusic(music.learned);
  const { typical, pieces } = learned;
  const given = await givenMusic(music.given, composing.settings, grammar, say);
  const themes = heardMusic(given, composing, settings, say);
  const themeOf = (name: string) => {
    const theme = themes.get(name);
    if (theme === undefined)
      throw new CompositionError(`sample.given has no file of the name ${name}, the theme of a disturbance`);
    return theme;
  };
  const wanted = wantedSong(settings, typical, composing);
  const ticks = { beat: grammar.division, bar: barTicks(wanted.plan?.metre, typical, grammar) };
  const inForm = form && sectionPlaces(form, given, ticks.bar);
  const plan = inForm ? formPlan(wanted.plan, inForm.bars, typical, composing) : wanted.plan;
  const voice = settings.voice && givenVoice(settings.voice, given, composing, ticks.bar);
  const writer = new SongWriter({
    ...{ ...composing, signal, takes, length },
    options: {
      ...songOptions(vocabulary, grammar),
      bending: bendingOf(settings),
      told: toldRows(model, vocabulary, grammar),
    },
    noise: noiseOf(noise, { ticks, layers: model.shape.layers, themeOf }),
    rules: {
      copies: copyLimit > 0 ? copyBounds(copyLimit, music, composing.settings) : [],
      noteRules: noteRules(notes, {
        ...{ division: grammar.division, learned },
        hasPlaces: grammar.reader().notePlace !== undefined,
      }),
      voice: voice?.rule,
      plan: { ...plan, longestNote: learned.longestNote * grammar.division },
      // What says how long it is ends there.
      endFrom: plan?.endsAsSaid ? undefined : learned.shortest * grammar.division,
    },
    learned,
    // A single take is kept whatever it is.
    faultsOf: takes === 1 ? () => 0 : faultsBeside(learned),
    ...{ ending, cadence: cadenceOf(typical), bar: ticks.bar },
  });
  const songs: Song[] = [];
  if (form === undefined) {
    const beginning =
      prime === 0 ? [] : grammar.encode(rescale(pieces[0]!, composing.settings.division)).slice(0, prime);
    const upbeat = grammar.planTokens ? upbeatTicks(typical, grammar) : 0;
    const ends = voice ? { until: voice.until } : { bars: wanted.bars, upbeat };
    const written = await writer.songs({ count, beginning, seed, ...ends }, ({ done, total }) =>
      progress({ done, total, unit: 'tokens' }),
    );
    songs.push(...written);
    const cut = songs.filter(({ tokens }) => voice !== undefined && tokens.length >= length).length;
    if (cut > 0) say(`${cut} songs have all of their ${length} tokens before the given voice ends: set sample.length`);
  } else {
    for (let song = 0; song < count; song++) {
      progress({ done: song, total: count, unit: 'songs' });
      const written = await writer.inForm({ seed, song, bars: inForm!.bars }, (own, bars) =>
        writeForm({ ...form, ending, seed: own }, { given, source: typical }, bars),
      );
      songs.push({ ...written, sections: inForm!.sections });
    }
  }
  for (const [index, { stops }] of songs.entries()) {
    if (stops === 0) continue;
    const times = stops === 1 ? 'once' : `${stops} times`;
    say(
      `song ${index + 1} breaks off ${times}: all that could follow makes no sense there, or a copied run of more than ${copyLimit} notes`,
    );
  }
  const silent = songs.findIndex(({ tokens }) => notesOf(grammar.decode(tokens)).length === 0);
  if (silent >= 0) throw new CompositionError(silence(silent + 1, songs[silent]!.tokens.length, length));
  return songs;
}

/** Of the music learned from, and of what a base model has learned from, of which only runs of nine notes are known. */
function copyBounds(limit: number, { learned, base }: ComposingMusic, settings: GrammarSettings): CopyBound[] {
  const own = { index: new CopyIndex(learnedNotes(settings, learned)), limit };
  return base ? [own, { index: base, limit: Math.max(limit, HASHED_NOTES - 1) }] : [own];
}

/** How the model's distribution is bent. */
function bendingOf({ temperature, filter, repetition }: SongSettings): Bending {
  const { penalty, window, dry } = repetition;
  return { temperature, ...filter, repetitionPenalty: penalty, repetitionWindow: window, dry };
}

/** Token ids of given sections and themes, by their names. */
function heardMusic(
  given: ReadonlyMap<string, Piece>,
  { grammar, vocabulary }: ComposingModel,
  { form, voice, noise }: SongSettings,
  say: (line: string) => void,
): Map<string, readonly number[]> {
  const heard = new Map<string, readonly number[]>();
  for (const [name, piece] of given) {
    if (name === voice?.of) continue;
    if (![...sectionsOf(form), ...themesOf(noise)].includes(name)) {
      throw new CompositionError(
        `sample.given has ${name}, and there is neither a section nor a theme nor a given voice of that name`,
      );
    }
    const { ids, changed, leftOut } = fitGiven(name, piece, vocabulary, grammar);
    heard.set(name, ids);
    if (changed + leftOut > 0) {
      say(`${name}: ${changed} tokens are heard as the nearest that the music has, ${leftOut} are left out`);
    }
  }
  return heard;
}

function fitGiven(name: string, piece: Piece, vocabulary: Vocabulary, grammar: Grammar) {
  try {
    return fitMusic(piece, vocabulary, grammar, { name });
  } catch (error) {
    throw error instanceof GrammarError ? new CompositionError(`${name}: ${error.message}`) : error;
  }
}

function silence(song: number, written: number, length: number): string {
  return written < length
    ? `song ${song} has no notes and ended after ${written} tokens by itself: raise sample.takes, or train for longer`
    : `song ${song} has no notes (tokens: ${written}): raise sample.length or sample.takes, or train for longer`;
}
