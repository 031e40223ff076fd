import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import { type Findings, isClean, look, wedged } from './at-rest';
import { Counts } from './counts';
import { Parts } from './parts';
import { patiently } from './patience';
import { type Deed, plan, type Planned } from './plan';
import { Random } from './random';
import { change, type Consequences, populate } from './script';
import { Webhooks } from './webhooks';

const FEED = 'CustomersFeed-all';
/** Which part of the requests the API fails. */
const FAULT_RATE = 0.4;
/** How long all may take to come to rest once nothing breaks any more, in milliseconds. */
const PATIENCE = 180_000;

export interface ChaosOptions {
  readonly seed: number;
  /** How long things break. What is before and after comes on top. */
  readonly minutes: number;
  readonly progress: (line: string) => void;
}

export interface Outcome {
  readonly counts: Counts;
  readonly findings: Findings;
}

/** Runs a feed and hierarchies while everything around them breaks, then lets them come to rest and looks. */
export async function chaos({ seed, minutes, progress }: ChaosOptions): Promise<Outcome> {
  const counts = new Counts();
  const parts = await Parts.start(seed, counts);
  try {
    progress('the parts are up');
    return await new Chaos(parts, seed, progress).run(minutes);
  } finally {
    await parts.stop();
  }
}

class Chaos {
  readonly #random: Random;
  readonly #script: Random;
  readonly #consequences: Consequences;
  readonly #webhooks: Webhooks;
  #token = 'FIRST';
  #rotations = 0;

  constructor(
    private readonly parts: Parts,
    private readonly seed: number,
    private readonly progress: (line: string) => void,
  ) {
    this.#random = new Random(seed, 'deeds');
    this.#script = new Random(seed, 'script');
    this.#webhooks = new Webhooks(parts.client, parts.taskQueue, new Random(seed, 'webhooks'), parts.counts);
    this.#consequences = {
      changed: (customer) => this.#webhooks.send({ ...customer }),
      store: (invoice, isGone) => parts.billing.store({ ...invoice }, isGone),
    };
  }

  async run(minutes: number): Promise<Outcome> {
    const { world, client, taskQueue, origin, upstream, proxy, counts, journal } = this.parts;
    await populate(world, this.#script, this.#consequences);
    await client.workflow.start('CustomersFeed', {
      taskQueue,
      workflowId: FEED,
      args: [{ id: 'all', apiUrl: origin, apiToken: 'secret:FIRST' }],
    });
    upstream.faultRate = FAULT_RATE;
    proxy.isBad = true;
    const started = Date.now();
    const lanes = Object.values(plan(this.seed, minutes)).map((lane) => this.#follow(lane, started));
    let isOver = false;
    const over = Promise.all([...lanes, sleep(minutes * 60_000)]).finally(() => (isOver = true));
    await Promise.all([over, this.#change(() => isOver), this.#tell(() => isOver)]);
    this.progress('nothing breaks any more');
    upstream.faultRate = 0;
    proxy.isBad = false;
    await this.#webhooks.settled();
    const findings = await this.#untilAtRest();
    findings.stuck.push(...(await wedged(client)));
    counts.add('reports of changes', journal.reports);
    counts.add('attempts of reports repeated', journal.repeatedAttempts);
    counts.add('deliveries of the feed', await this.#delivered());
    counts.add('workflows at rest', world.expected.size + 1);
    return { counts, findings };
  }

  /** The recorded script: the seed says what changes, and when. */
  async #change(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await change(this.parts.world, this.#script, this.#consequences);
      this.parts.counts.add('changes at the sources');
      await sleep(100 + this.#script.below(500));
    }
  }

  async #follow(lane: readonly Planned[], started: number): Promise<void> {
    for (const { at, deed } of lane) {
      await sleep(Math.max(0, started + at - Date.now()));
      await this.#do(deed);
    }
  }

  async #do(deed: Deed): Promise<void> {
    const { parts } = this;
    switch (deed) {
      case 'kill': {
        const worker = this.#random.pick(parts.workers);
        await worker?.kill();
        parts.counts.add('kills of workers');
        return worker?.start();
      }
      case 'deploy':
        // One after the other, so that both codes are at work for a while.
        for (const worker of parts.workers) {
          await worker.kill();
          worker.stage = 'next';
          await worker.start();
        }
        parts.counts.add('deployments');
        for (const id of this.#all()) await this.#signal(id, 'roll');
        this.progress('the changed class is deployed');
        return;
      case 'restart the server':
        return parts.restartServer();
      case 'restart Postgres':
        return parts.billing.restart();
      case 'rotate':
        return this.#rotate();
      case 'roll':
        parts.counts.add('rolls');
        return this.#signal(this.#random.pick(this.#all()) ?? FEED, 'roll');
      case 'pause': {
        const id = this.#random.pick(this.#all()) ?? FEED;
        parts.counts.add('pauses');
        await this.#signal(id, 'pause');
        await sleep(500);
        return this.#signal(id, 'resume');
      }
    }
  }

  /** Every other time all are told of another reference; else the secret of the one in use changes, and the old one is refused. */
  async #rotate(): Promise<void> {
    const { parts } = this;
    parts.counts.add('rotations');
    if (++this.#rotations % 2 === 0) {
      const old = [...parts.upstream.tokens];
      for (const name of ['FIRST', 'SECOND']) await parts.setToken(name, `${name}-token-${this.#rotations}`);
      for (const value of old) parts.upstream.tokens.delete(value);
      return;
    }
    this.#token = this.#token === 'FIRST' ? 'SECOND' : 'FIRST';
    for (const id of [FEED, ...[...parts.world.customers.keys()].map((id) => `Customer-${id}`)])
      await this.#signal(id, 'apiToken', `secret:${this.#token}`);
  }

  #all(): string[] {
    return [...this.parts.world.expected.keys(), FEED];
  }

  /** Nobody may be there: an entity that has just come has no workflow yet. */
  async #signal(id: string, name: string, ...args: unknown[]): Promise<void> {
    await patiently(async () => {
      try {
        await this.parts.client.workflow.getHandle(id).signal(name, ...args);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    });
  }

  async #tell(isOver: () => boolean): Promise<void> {
    const { counts } = this.parts;
    for (let second = 1; !isOver(); second++) {
      await sleep(1_000);
      if (second % 15 !== 0) continue;
      this.progress(
        `${counts.of('changes at the sources')} changes, ${counts.sum('fault: ')} faults, ${counts.of('kills of workers')} kills, ` +
          `${counts.sum('restarts')} restarts, ${this.parts.journal.reports} reports`,
      );
    }
  }

  async #untilAtRest(): Promise<Findings> {
    const { client, world, journal } = this.parts;
    const end = Date.now() + PATIENCE;
    let told = '';
    for (;;) {
      const findings = await patiently(() => look(client, world, journal, FEED));
      if (isClean(findings) || Date.now() > end) return findings;
      // What was doubled stays so; the rest is worth waiting for.
      if (isClean({ ...findings, doubled: [], failed: [] })) return findings;
      const left = Object.entries(findings)
        .map(([name, found]) => `${name} ${found.length}`)
        .join(', ');
      if (left !== told) this.progress(left);
      told = left;
      await sleep(2_000);
    }
  }

  async #delivered(): Promise<number> {
    const data = await this.parts.client.workflow
      .getHandle(FEED)
      .query<{ readonly delivered?: number } | null>('data');
    return data?.delivered ?? 0;
  }
}
