/** Temporal's server: it makes so many writes per second, one after the other, less what clients and signs of life take from it. */
export class TemporalServer {
  #costs;
  #design;
  /** when it has done all that it was asked for */
  #free = 0;
  #seconds = 0;
  writes = 0;
  queries = 0;
  describes = 0;
  beats = 0;
  /** seconds in which looks and signs of life alone were more than it can do */
  overloaded = 0;
  /** runs that clients look at, pairs of such a run and a stage that it waits for, stages that run */
  watched = { runs: 0, stages: 0, beating: 0 };

  constructor(costs, design) {
    this.#costs = costs;
    this.#design = design;
  }

  /** @returns when it has made so many writes that follow from each other */
  serve(now, writes) {
    const { writesPerSecond, writeLatency } = this.#costs;
    // Some are always made, or nothing would ever end.
    const rate = Math.max(writesPerSecond - this.#background(), 0.05 * writesPerSecond);
    this.#free = Math.max(now, this.#free) + writes / rate;
    this.writes += writes;
    return Math.max(this.#free, now + writes * writeLatency);
  }

  /** A client asks how far a run is, since there is news of it. */
  query(now) {
    this.#free = Math.max(now, this.#free) + this.#costs.query / this.#costs.writesPerSecond;
    this.queries++;
  }

  /** Time goes on to this second. */
  passTo(seconds) {
    const passed = seconds - this.#seconds;
    const { runs, stages, beating } = this.watched;
    const { lookEvery, beatEvery } = this.#design;
    this.describes += (passed * (runs + stages)) / lookEvery;
    this.beats += (passed * beating) / beatEvery;
    if (this.#background() >= this.#costs.writesPerSecond) this.overloaded += passed;
    this.#seconds = seconds;
  }

  /** Writes per second that it could make instead of what is asked of it besides. */
  #background() {
    const { runs, stages, beating } = this.watched;
    const { lookEvery, beatEvery } = this.#design;
    return ((runs + stages) * this.#costs.describe) / lookEvery + beating / beatEvery;
  }
}

/** The object store, as what is asked of it. */
export class Store {
  #costs;
  requests = { get: 0, put: 0, list: 0 };
  bytes = { up: 0, down: 0 };
  /** reads by record, and the most in one second */
  #reads;
  #second;
  #inSecond;
  #most;

  constructor(costs, records) {
    this.#costs = costs;
    [this.#reads, this.#second, this.#inSecond, this.#most] = [0, 0, 0, 0].map(() => new Int32Array(records));
  }

  /** @returns the seconds that these requests take one after the other */
  ask({ get = 0, put = 0, list = 0, up = 0, down = 0 }) {
    this.requests.get += get;
    this.requests.put += put;
    this.requests.list += list;
    this.bytes.up += up;
    this.bytes.down += down;
    const { storeLatency, bandwidth } = this.#costs;
    return (get + put + list) * storeLatency + (up + down) / bandwidth;
  }

  /** One of the gets is that of a record. */
  readRecord(record, now) {
    this.#reads[record]++;
    const second = Math.floor(now);
    if (this.#second[record] !== second) {
      this.#second[record] = second;
      this.#inSecond[record] = 0;
    }
    this.#most[record] = Math.max(this.#most[record], ++this.#inSecond[record]);
  }

  /** Of the record that is read most: how often, and how often in one second at most. */
  hottest() {
    const most = (list) => list.reduce((a, b) => Math.max(a, b), 0);
    return { reads: most(this.#reads), inASecond: most(this.#most) };
  }
}
