import { isNoteOff, isNoteOn, keyId } from '@etude/midi-reader';

interface Message {
  readonly status: number;
  readonly data1: number;
  readonly data2: number;
}

/** Which keys of a track are down. */
export class KeysDown {
  readonly #down = new Set<number>();

  /** Whether a message makes sense: no key that is up is let go, none that is down is struck. */
  allows(message: Message): boolean {
    const isDown = this.#down.has(keyId(message));
    return isNoteOn(message) ? !isDown : isNoteOff(message) ? isDown : true;
  }

  add(message: Message): void {
    if (isNoteOn(message)) this.#down.add(keyId(message));
    else if (isNoteOff(message)) this.#down.delete(keyId(message));
  }
}
