import { type CopyBound, CopyGuard, type Surroundings } from '@etude/measures';
import { isDrum } from '@etude/music';
import type { Grammar, NotePlace, SongPlan, Vocabulary, VoiceRule } from '@etude/tokenizer';
import type { Listener } from '../../sampling/listener.js';
import type { NoteRule } from './note-rule.js';

export interface SongRules {
  /** how much songs may copy of what; never given up, and none where they may copy all */
  readonly copies: readonly CopyBound[];
  /** what stands before and behind the notes that are written, which begin at a tick */
  readonly around?: (Surroundings & { readonly from: number }) | undefined;
  /** tokens that are given, and count for nothing in the other rules */
  readonly prime: number;
  /** the other rules of a song, made for each; the first is given up first */
  readonly noteRules?: () => readonly NoteRule[];
  /** what songs have to say at their beginning; never given up */
  readonly plan?: SongPlan | undefined;
  /** the tick before which songs do not end by themselves; left out: they may end anywhere */
  readonly endFrom?: number | undefined;
  /** a voice that is given, whose notes obey nothing else; it is given up after all other rules */
  readonly voice?: (() => VoiceRule) | undefined;
  /** what the end of a song is led to by, given up before all other rules: a rule that asks for the tick at which it ends, later than any until that is known */
  readonly ending?: ((endsAt: () => number) => NoteRule) | undefined;
}

/**
 * Hears the notes of a song while it is written, and what rules say of them. Without rules, all that makes sense may come.
 * @example
 * const index = new CopyIndex([[notesOf(piece)]]);
 * const listener = listenerOf(vocabulary, grammar, { copies: [{ index, limit: 8 }], prime: 0 }); // refuses a ninth copied note in a row
 * await sample(computing, model, { ...options, listener });
 */
export function listenerOf({ entries }: Vocabulary, grammar: Grammar, rules: SongRules): () => Listener {
  const plan = { ...rules.plan, known: entries.map(({ token }) => token) };
  const ids = rules.voice && new Map(entries.map(({ token }, id) => [token, id]));
  return () => {
    const { copies, around, prime } = rules;
    let endsAt = Number.POSITIVE_INFINITY;
    const all: readonly NoteRule[] = [
      ...(rules.ending ? [rules.ending(() => endsAt)] : []),
      ...(rules.noteRules?.() ?? []),
    ];
    const voice = rules.voice?.();
    const isOfVoice = (token: string) => voice?.isOfVoice(token) === true;
    const guard = copies.length > 0 ? new CopyGuard(copies, around) : undefined;
    for (const note of voice?.notes ?? []) guard?.add(note, true);
    const reader = grammar.reader(plan);
    /** found out once for all tokens that might come next, and only where a rule asks */
    let here: NotePlace | undefined;
    const place = reader.notePlace && (() => (here ??= reader.notePlace!()));
    const pitchOf = (token: string) => {
      const note = reader.noteOf(token);
      return note && !isDrum(note) ? note : undefined;
    };
    /** Whether a note would make a copied run too long. */
    const isCopy = (token: string, isGiven: boolean) => {
      const note = guard && reader.noteOf(token);
      return note !== undefined && note.start >= (around?.from ?? 0) && !guard!.allows(note, isGiven);
    };
    let [count, now] = [0, 0];
    return {
      rules: [...all.map(({ name }) => name), ...(voice ? ['voice'] : [])],
      noteOf(id) {
        const note = pitchOf(entries[id]!.token);
        return note && { key: note.key, voice: note.track * 16 + note.channel };
      },
      onsetOf: (id) => pitchOf(entries[id]!.token)?.start ?? reader.onsetAfter?.(entries[id]!.token),
      now: () => now,
      allows(id, relaxed, isGiven = false) {
        const { token } = entries[id]!;
        if (!reader.allows(token) || (relaxed <= all.length && voice && voice.verdictOn(token) !== true)) return false;
        const note = all.length > relaxed ? pitchOf(token) : undefined;
        const isOwn = isGiven || isOfVoice(token);
        const obeys =
          isOwn || note === undefined || all.every((rule, order) => order < relaxed || rule.allows(note, place));
        return obeys && !isCopy(token, isOwn);
      },
      forbids(id) {
        const { token } = entries[id]!;
        // Where voices take turns a token out of place makes all that follows unreadable.
        if (grammar.hasTurns && !reader.allows(token)) return true;
        return isCopy(token, isOfVoice(token));
      },
      isGiven: (id) => isOfVoice(entries[id]!.token),
      insteadOf(id) {
        const verdict = voice?.verdictOn(entries[id]!.token);
        return typeof verdict === 'object' ? verdict.flatMap((token) => ids?.get(token) ?? []) : [];
      },
      mayEnd: () => now >= (rules.endFrom ?? 0) && reader.mayEnd !== false,
      timeAfter: (id) => reader.timeAfter(entries[id]!.token),
      add(id, isGiven) {
        const { token } = entries[id]!;
        const heard = reader.noteOf(token);
        if (heard !== undefined && heard.start >= (around?.from ?? 0)) guard?.add(heard, isGiven);
        const note = pitchOf(token);
        if (note !== undefined && count >= prime && !isOfVoice(token)) for (const rule of all) rule.add?.(note);
        now = reader.timeAfter(token);
        voice?.add(token);
        reader.add(token);
        here = undefined;
        count += 1;
      },
      endsAt(tick) {
        endsAt = tick;
      },
    };
  };
}
