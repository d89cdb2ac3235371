import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore } from '@etude/engine';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { childrenOf } from '../../../pipelines/testing/children.js';
import { CliWorkspace, ETUDE, type Finished, withoutColours } from '../../../pipelines/testing/cli-workspace.js';
import { openStore } from '../open-store.js';
import { type S3Server, startS3 } from '../servers/s3-server.js';
import { startTemporal, type TemporalServer } from '../servers/temporal-server.js';
import { stateQuery } from '../workflows/messages.js';
import { type FaultProxy, startFaultProxy } from './fault-proxy.js';

/** Seconds without a sign of life after which another worker runs a stage. */
export const HEARTBEAT = 3;
/** What keys of checkpoints begin with. */
export const CHECKPOINTS = 'checkpoints/';
/** Milliseconds from one look at something to the next. */
const LOOK_EVERY = 50;

/** An experiment whose training takes some seconds and has a checkpoint after one. */
const TRIAL = `extends: tiny.yaml
train: { layers: 2, units: 128, steps: 480, batch: 8, window: 32, evaluateEvery: 160, threads: 1 }
`;

/** Servers on this machine, a proxy between workers and the store that does harm where a test asks for it, and the real program as workers and clients. */
export class TrialCluster {
  readonly #folder: string;
  readonly #s3: S3Server;
  #temporal: TemporalServer;
  readonly #processes: TrialProcess[] = [];
  readonly proxy: FaultProxy;
  /** past the proxy */
  readonly store: ObjectStore;

  private constructor(folder: string, temporal: TemporalServer, s3: S3Server, proxy: FaultProxy) {
    this.#folder = folder;
    this.#temporal = temporal;
    this.#s3 = s3;
    this.proxy = proxy;
    Object.assign(process.env, s3.credentials);
    this.store = openStore(`${s3.url}`);
  }

  static async start(): Promise<TrialCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'etude-cluster-'));
    const how = { folder, say: console.error };
    const temporal = await startTemporal(how);
    // What every machine can install: a server that needs no Go.
    const s3 = await startS3({ ...how, program: 'moto' });
    return new TrialCluster(folder, temporal, s3, await startFaultProxy(new URL(s3.url).searchParams.get('endpoint')!));
  }

  /** A workspace with the experiment `trial`. */
  workspace(): CliWorkspace {
    const workspace = new CliWorkspace();
    workspace.write('experiments/trial.yaml', TRIAL);
    return workspace;
  }

  /** What a run of the trial on this machine leaves. */
  async unbroken(env: NodeJS.ProcessEnv = {}): Promise<unknown> {
    const workspace = this.workspace();
    const args = ['run', 'experiments/trial.yaml', '--on', 'here'];
    const { code, stderr } = await this.#started(args, workspace.folder, env, ETUDE).finished;
    if (code !== 0) throw new Error(`the unbroken run failed: ${stderr}`);
    return digestsIn(workspace);
  }

  /** @param etude another program than this one */
  worker(env: NodeJS.ProcessEnv = {}, etude = ETUDE): TrialProcess {
    const folder = mkdtempSync(join(tmpdir(), 'etude-worker-'));
    const args = ['worker', '--heartbeat', `${HEARTBEAT}`, '--folder', folder];
    return this.#started(args, folder, { ETUDE_CLUSTER: this.#address(this.proxy.endpoint), ...env }, etude);
  }

  /** `etude run experiments/trial.yaml`, or another command. */
  client(workspace: CliWorkspace, ...args: string[]): TrialProcess {
    const command = args.length > 0 ? args : ['run', 'experiments/trial.yaml'];
    return this.#started(command, workspace.folder, this.pastProxy, ETUDE);
  }

  /** What a process needs to know that has the store without the proxy. */
  get pastProxy(): NodeJS.ProcessEnv {
    return { ETUDE_CLUSTER: this.#address(new URL(this.#s3.url).searchParams.get('endpoint')!) };
  }

  /** The worker that trains, once one does. */
  async trainerOf(workers: readonly TrialProcess[]): Promise<TrialProcess> {
    const found = () => workers.find(({ said }) => said.includes(' computing with '));
    await until(() => found() !== undefined);
    return found()!;
  }

  /** How many runs go on. */
  async runs(): Promise<number> {
    return (await this.#ofRuns(async () => undefined)).length;
  }

  /** How many runs wait for a stage of this name. */
  async runsOf(stage: string): Promise<number> {
    const states = await this.#ofRuns((handle) => handle.query(stateQuery));
    return states.filter(({ running }) => running.some(({ name }) => name === stage)).length;
  }

  async #ofRuns<T>(look: (handle: WorkflowHandle) => Promise<T>): Promise<T[]> {
    const connection = await Connection.connect({ address: this.#temporal.address });
    try {
      const { workflow } = new Client({ connection });
      const found: T[] = [];
      const query = "WorkflowType = 'run' AND ExecutionStatus = 'Running'";
      for await (const { workflowId } of workflow.list({ query }))
        found.push(await look(workflow.getHandle(workflowId)));
      return found;
    } finally {
      await connection.close();
    }
  }

  async hasCheckpoint(): Promise<boolean> {
    return (await this.keys(CHECKPOINTS)).length > 0;
  }

  /** Waits for a checkpoint in the store. */
  async checkpoint(): Promise<void> {
    await until(() => this.hasCheckpoint());
  }

  async keys(prefix = ''): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.store.list(prefix)) keys.push(key);
    return keys;
  }

  async emptyStore(): Promise<void> {
    for (const key of await this.keys()) await this.store.remove(key);
  }

  /** Ends Temporal's server, and starts it again on the same state and port after so many milliseconds. */
  async restartTemporal(milliseconds: number): Promise<void> {
    const port = Number(this.#temporal.address.split(':')[1]);
    await this.#temporal.stop();
    await new Promise((later) => setTimeout(later, milliseconds));
    this.#temporal = await startTemporal({ folder: this.#folder, port, say: console.error });
  }

  /** Ends what still runs of workers and clients; the servers stay. */
  async endAll(): Promise<void> {
    for (const each of this.#processes) each.kill('SIGKILL');
    await Promise.all(this.#processes.splice(0).map(({ finished }) => finished));
    this.proxy.faults = [];
    this.proxy.lasting = 'none';
  }

  async close(): Promise<void> {
    await this.endAll();
    this.proxy.close();
    await this.#temporal.stop();
    await this.#s3.stop();
  }

  /** A file that says where the servers are. */
  #address(endpoint: string): string {
    const file = join(this.#folder, `${new URL(endpoint).port}.yaml`);
    writeFileSync(file, `temporal: ${this.#temporal.address}\nstore: s3://etude?endpoint=${endpoint}\n`);
    return file;
  }

  #started(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv, etude: string): TrialProcess {
    const started = new TrialProcess(
      spawn(process.execPath, [etude, ...args], {
        cwd,
        env: { ...withoutColours(), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    this.#processes.push(started);
    return started;
  }
}

/** A worker or a client. */
export class TrialProcess {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  said = '';
  hasEnded = false;

  constructor(child: ChildProcess) {
    this.child = child;
    let [stdout, stderr] = ['', ''];
    child.stdout!.on('data', (chunk) => {
      stdout += chunk;
      this.said += chunk;
    });
    child.stderr!.on('data', (chunk) => {
      stderr += chunk;
      this.said += chunk;
    });
    this.finished = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        this.hasEnded = true;
        resolve({ code, signal, stdout, stderr });
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.hasEnded) this.child.kill(signal);
  }

  /** Kills what runs stages for a worker, as a system does that is out of memory. */
  killStages(): void {
    for (const pid of this.hasEnded ? [] : childrenOf(this.child.pid!)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  /** Waits until it has said something. */
  async says(pattern: RegExp): Promise<void> {
    await until(() => {
      if (this.hasEnded && !pattern.test(this.said)) throw new Error(`it ended without ${pattern}: ${this.said}`);
      return pattern.test(this.said);
    });
  }
}

export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((later) => setTimeout(later, LOOK_EVERY));
}

/** Digests of all artifacts of the last run of an experiment, by stage. */
export function digestsIn(workspace: CliWorkspace, experiment = 'trial'): unknown {
  const { stages } = JSON.parse(readFileSync(workspace.path('artifacts', experiment, 'run.json'), 'utf8')) as {
    stages: readonly { name: string; outputs: readonly { path: string; digest: string }[] }[];
  };
  return stages.map(({ name, outputs }) => [name, outputs.map(({ path, digest }) => [path, digest])]);
}

/** How often training began in some workers, and the steps that it went on from. */
export function trainings(workers: readonly TrialProcess[]): { begun: number; from: number[] } {
  const said = workers.map((each) => each.said).join('');
  return {
    begun: said.match(/ computing with /g)?.length ?? 0,
    from: [...said.matchAll(/ going on from step (\d+)/g)].map(([, step]) => Number(step)),
  };
}
