import { isNoteOff, isNoteOn, keyId } from '@etude/midi-reader';

interface Message {
  readonly status: number;
  readonly data1: number;
  readonly data2: number;
}

/** Which keys of a track are down, and what its programs, controllers and the like are set to. */
export class KeysDown {
  /** the tick at which each was struck */
  readonly #down = new Map<number, number>();
  /** message by status, and for controllers by number */
  readonly #set = new Map<number, number>();

  /** Whether a message makes sense: no key that is up is let go, none that is down is struck, and nothing is set to what it is. */
  allows(message: Message): boolean {
    const isDown = this.#down.has(keyId(message));
    if (isNoteOn(message)) return !isDown;
    return isNoteOff(message) ? isDown : this.#set.get(settingOf(message)) !== settingTo(message);
  }

  /** Whether a message lets go a key that was struck before a tick. */
  endsHeld(message: Message, before: number): boolean {
    return isNoteOff(message) && (this.#down.get(keyId(message)) ?? Number.POSITIVE_INFINITY) < before;
  }

  /** Whether any key that is down was struck before a tick. */
  isAnyHeld(before: number): boolean {
    for (const struck of this.#down.values()) if (struck < before) return true;
    return false;
  }

  /** @param now the tick of the message */
  add(message: Message, now: number): void {
    if (isNoteOn(message)) this.#down.set(keyId(message), now);
    else if (isNoteOff(message)) this.#down.delete(keyId(message));
    else this.#set.set(settingOf(message), settingTo(message));
  }
}

/** What a message that is no note sets: a controller or the pressure on a key by its number, else whatever its status says. */
function settingOf({ status, data1 }: Message): number {
  return status >> 4 === 10 || status >> 4 === 11 ? (status << 7) | data1 : status << 7;
}

function settingTo({ data1, data2 }: Message): number {
  return (data1 << 7) | data2;
}
