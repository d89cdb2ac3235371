// Sweeps on a cluster, event by event: runs, stages, Temporal's server, the store, workers and clients, as cluster/src/ has them. No stage runs.
import { BYTES_AN_EVENT, COSTS, DESIGN, EVENTS, WRITES } from './costs.mjs';
import { EventQueue } from './event-queue.mjs';
import { Store, TemporalServer } from './servers.mjs';

/**
 * @typedef {object} Sweep what the points of one sweep want, as the planner says
 * @property {readonly { name: string, after: readonly number[], seconds: number, bytes: number }[]} stages each after those that it reads from
 * @property {readonly (readonly number[])[]} points for each the numbers of its executions, by stage; points that have a stage in common have a number in common
 * @property {number} executions
 * @property {number} common so many of them, the first, are also those of all other sweeps, as where all learn from the same music
 * @property {number} planBytes bytes that each point puts into the store: its plan
 * @property {number} fileBytes and the files that it reads
 */

/**
 * @param {object} load
 * @param {Sweep} load.sweep
 * @param {number} load.sweeps how many of the kind
 * @param {number} load.clients that have a sweep on the way at a time
 * @param {number} load.workers stages that run at a time
 */
export function simulate({ sweep, sweeps, clients, workers }, { design = DESIGN, costs = COSTS } = {}) {
  return new Simulation({ sweep, sweeps, clients, workers }, design, costs).run();
}

/** of an execution; 0 where none has begun it */
const [RUNNING, DONE] = [1, 2];

class Simulation {
  #load;
  #design;
  #now = 0;
  #queue = new EventQueue();
  #server;
  #store;
  #state;
  /** by execution, the runs that are to be told of it; undefined where nobody waits */
  #waiters = [];
  #stageEvents;
  #idle;
  #ready = [];
  #nextReady = 0;
  /** what each worker has, as worker and execution in one number */
  #has = new Set();
  #nextSweep = 0;
  #total = { points: 0, executions: 0, again: 0, looks: 0, joins: 0, busy: 0, runs: 0, runEvents: 0, mostRunEvents: 0 };
  #mostTold = 0;
  /** seconds from the end of a stage to its last signal to a run */
  #longestTelling = 0;

  constructor(load, design, costs) {
    this.#load = load;
    this.#design = design;
    const executions = load.sweeps * load.sweep.executions;
    this.#server = new TemporalServer(costs, design);
    this.#store = new Store(costs, executions);
    this.#state = new Uint8Array(executions);
    this.#stageEvents = new Int32Array(executions);
    this.#idle = Array.from({ length: load.workers }, (_, worker) => worker);
  }

  run() {
    for (let client = 0; client < this.#load.clients; client++) this.#startSweep();
    for (let next = this.#queue.take(); next; next = this.#queue.take()) {
      this.#now = next.time;
      this.#server.passTo(next.time);
      next.event();
    }
    return this.#report();
  }

  #idOf({ base }, each) {
    return each < this.#load.sweep.common ? each : base + each;
  }

  #at(time, event) {
    this.#queue.add(time, event);
  }

  #startSweep() {
    const number = this.#nextSweep++;
    if (number >= this.#load.sweeps) return;
    const { points, executions } = this.#load.sweep;
    const client = { base: number * executions, has: new Set(), next: 0, left: points.length, filesPut: false };
    const runs = Math.max(1, this.#design.runsAtATime / this.#design.pointsPerRun);
    for (let run = 0; run < runs; run++) this.#startRun(client);
  }

  #startRun(client) {
    const { points, planBytes, fileBytes } = this.#load.sweep;
    if (client.next >= points.length) return;
    const own = points.slice(client.next, client.next + this.#design.pointsPerRun);
    client.next += own.length;
    const withFiles = !(this.#design.putsFilesOnce && client.filesPut);
    client.filesPut = true;
    const up = own.length * planBytes + (withFiles ? own.length * fileBytes : 0);
    const took = this.#store.ask({ put: own.length * (withFiles ? 2 : 1), up });
    const run = {
      client,
      points: own,
      joined: new Set(),
      known: new Set(),
      ended: undefined,
      waiting: 0,
      looks: false,
    };
    run.events = EVENTS.run;
    this.#at(this.#now + took, () => {
      this.#server.watched.runs++;
      this.#look(run, WRITES.run);
    });
  }

  #look(run, writesBefore = 0) {
    run.looks = true;
    run.events += EVENTS.look;
    this.#total.looks++;
    this.#server.query(this.#now);
    this.#at(this.#server.serve(this.#now, writesBefore), () => this.#looked(run));
  }

  /** As `advance` does: reads the records of all stages whose inputs are known, and puts the tasks of those that are ready. */
  #looked(run) {
    const stateOf = (each) => this.#state[this.#idOf(run.client, each)];
    const [read, ready] = [new Set(), new Set()];
    const { stages } = this.#load.sweep;
    const { remembers } = this.#design;
    const ended = run.ended;
    run.ended = [];
    for (const point of run.points) {
      if (ended !== undefined && !point.some((each) => ended.includes(each))) continue;
      for (const [index, { after }] of stages.entries()) {
        if (!after.every((before) => stateOf(point[before]) === DONE)) continue;
        const isDone = stateOf(point[index]) === DONE;
        if (!(remembers && run.known.has(point[index]))) read.add(point[index]);
        if (isDone) run.known.add(point[index]);
        else ready.add(point[index]);
      }
    }
    for (const each of read) this.#store.readRecord(this.#idOf(run.client, each), this.#now);
    const put = remembers ? [...ready].filter((each) => !run.joined.has(each)).length : ready.size;
    // A worker that looks for the first time fetches the plan; those that look later are taken to have it.
    const plans = ended === undefined ? run.points.length : 0;
    const took = this.#store.ask({ get: read.size + plans, put });
    const toJoin = [...ready].filter((each) => !run.joined.has(each));
    this.#at(this.#now + took, () => this.#joinAll(run, toJoin));
  }

  /** One after the other; then it looks again if a stage has ended meanwhile. */
  #joinAll(run, toJoin) {
    const [each, ...others] = toJoin;
    if (each === undefined) {
      run.looks = false;
      if (run.ended.length > 0) this.#look(run);
      else if (run.waiting === 0) this.#ended(run);
      return;
    }
    run.joined.add(each);
    run.waiting++;
    this.#server.watched.stages++;
    this.#total.joins++;
    this.#at(this.#join(run, each), () => this.#joinAll(run, others));
  }

  /** @returns when that is written */
  #join(run, each) {
    const execution = this.#idOf(run.client, each);
    const time = this.#server.serve(this.#now, WRITES.joined);
    const waiters = this.#waiters[execution];
    if (waiters !== undefined) {
      waiters.push(run);
      this.#stageEvents[execution] += EVENTS.laterJoin;
      return time;
    }
    this.#waiters[execution] = [run];
    this.#stageEvents[execution] = EVENTS.stage + EVENTS.firstJoin;
    if (this.#state[execution] === DONE) {
      // It ended after the run had looked: a worker finds that at once.
      this.#total.again++;
      const took = this.#store.ask({ get: 2 });
      this.#at(time + took, () => {
        this.#at(this.#server.serve(this.#now, WRITES.stage), () => this.#tell(execution, each));
      });
      return time;
    }
    this.#state[execution] = RUNNING;
    this.#total.executions++;
    const point = run.points.find((own) => own.includes(each));
    const stage = point.indexOf(each);
    const inputs = this.#load.sweep.stages[stage].after.map((before) => this.#idOf(run.client, point[before]));
    this.#ready.push({ execution, each, stage, inputs });
    this.#at(time, () => this.#dispatch());
    return time;
  }

  #dispatch() {
    while (this.#nextReady < this.#ready.length && this.#idle.length > 0) {
      const job = this.#ready[this.#nextReady];
      this.#ready[this.#nextReady++] = undefined;
      this.#start(job, this.#idle.pop());
    }
  }

  #start({ execution, each, stage, inputs }, worker) {
    const { stages, fileBytes } = this.#load.sweep;
    const bytesOf = (input) => stages[stages[stage].after[inputs.indexOf(input)]].bytes;
    const key = (input) => worker * this.#state.length + input;
    const missing = inputs.filter((input) => !this.#has.has(key(input)));
    for (const input of [...missing, execution]) this.#has.add(key(input));
    const files = inputs.length === 0 ? 1 : 0;
    // Its task, the record that may be there already, and what it reads; a checkpoint.
    const get = 2 + missing.length + files;
    const down = missing.reduce((sum, input) => sum + bytesOf(input), 0) + files * fileBytes;
    const { seconds, bytes } = stages[stage];
    const took = this.#store.ask({ get, down, list: 1 }) + seconds + this.#store.ask({ put: 2, up: bytes });
    const from = this.#server.serve(this.#now, 1);
    this.#total.busy += took;
    this.#server.watched.beating++;
    this.#at(from + took, () => {
      this.#server.watched.beating--;
      this.#state[execution] = DONE;
      this.#idle.unshift(worker);
      this.#dispatch();
      this.#at(this.#server.serve(this.#now, WRITES.stage - 1), () => this.#tell(execution, each));
    });
  }

  #tell(execution, each, since = this.#now) {
    const waiters = this.#waiters[execution];
    const some = waiters.splice(0, this.#design.toldAtOnce);
    this.#mostTold = Math.max(this.#mostTold, some.length + waiters.length);
    this.#stageEvents[execution] += some.length * EVENTS.tell + EVENTS.tellTask;
    const time = this.#server.serve(this.#now, some.length * WRITES.tell + WRITES.tellTask);
    for (const run of some) this.#at(this.#server.serve(this.#now, WRITES.told), () => this.#told(run, each));
    this.#at(time, () => {
      if (waiters.length > 0) return this.#tell(execution, each, since);
      this.#waiters[execution] = undefined;
      this.#longestTelling = Math.max(this.#longestTelling, this.#now - since);
    });
  }

  #told(run, each) {
    run.waiting--;
    this.#server.watched.stages--;
    run.events += EVENTS.told;
    run.ended.push(each);
    if (!run.looks) this.#look(run);
  }

  /** The client fetches what it has not yet, and has the next one run. */
  #ended({ client, points, events }) {
    const { stages } = this.#load.sweep;
    this.#server.watched.runs--;
    this.#total.runs++;
    this.#total.points += points.length;
    this.#total.runEvents += events;
    this.#total.mostRunEvents = Math.max(this.#total.mostRunEvents, events);
    let took = 0;
    for (const point of points) {
      for (const [index, each] of point.entries()) {
        if (client.has.has(each)) continue;
        client.has.add(each);
        took += this.#store.ask({ get: 2, down: stages[index].bytes });
      }
    }
    client.left -= points.length;
    this.#at(this.#now + took, () => {
      this.#startRun(client);
      if (client.left === 0) this.#startSweep();
      client.left -= client.left === 0 ? 1 : 0;
    });
  }

  #report() {
    const { busy, runEvents, mostRunEvents, ...counts } = this.#total;
    const { writes, queries, describes, beats, overloaded } = this.#server;
    const { workers, sweep } = this.#load;
    const stageEvents = this.#stageEvents.reduce((sum, each) => sum + each, 0);
    return {
      ...{ seconds: this.#now, stages: counts.points * sweep.stages.length, ...counts },
      utilization: busy / (workers * this.#now),
      server: { writes, queries, describes, beats, overloaded },
      store: { ...this.#store.requests, ...this.#store.bytes },
      hottest: this.#store.hottest(),
      history: {
        events: runEvents + stageEvents,
        bytes: runEvents * BYTES_AN_EVENT.run + stageEvents * BYTES_AN_EVENT.stage,
        ...{ run: runEvents / counts.runs, mostOfARun: mostRunEvents },
        stage: stageEvents / counts.executions,
        mostOfAStage: this.#stageEvents.reduce((a, b) => Math.max(a, b), 0),
      },
      mostTold: this.#mostTold,
      longestTelling: this.#longestTelling,
    };
  }
}
