/** What happens when, as a heap: the earliest is taken first; of several at the same time the one that was added first. */
export class EventQueue {
  #times = [];
  #orders = [];
  #events = [];
  #added = 0;

  add(time, event) {
    let at = this.#events.length;
    const order = this.#added++;
    for (let above; at > 0; at = above) {
      above = (at - 1) >> 1;
      if (this.#times[above] <= time) break;
      this.#move(above, at);
    }
    this.#put(at, time, order, event);
  }

  /** @returns {{ time: number, event: any } | undefined} */
  take() {
    if (this.#events.length === 0) return undefined;
    const first = { time: this.#times[0], event: this.#events[0] };
    const [time, order, event] = [this.#times.pop(), this.#orders.pop(), this.#events.pop()];
    const size = this.#events.length;
    if (size === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= size) break;
      if (below + 1 < size && this.#isBefore(below + 1, this.#times[below], this.#orders[below])) below++;
      if (!this.#isBefore(below, time, order)) break;
      this.#move(below, at);
      at = below;
    }
    this.#put(at, time, order, event);
    return first;
  }

  #isBefore(at, time, order) {
    return this.#times[at] < time || (this.#times[at] === time && this.#orders[at] < order);
  }

  #move(from, to) {
    this.#put(to, this.#times[from], this.#orders[from], this.#events[from]);
  }

  #put(at, time, order, event) {
    this.#times[at] = time;
    this.#orders[at] = order;
    this.#events[at] = event;
  }
}
