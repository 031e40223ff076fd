import assert from 'node:assert/strict';
import { ARRIVAL_MS, comes } from './arrival';
import { type Attempt, runAttempt } from './attempt';
import type { Bench } from './bench';

/** Longer than anything here waits: what waits so long has to be ended. */
const FOREVER = 60_000;

/** For how long nothing may happen that is not to happen, in milliseconds. */
const QUIET = 50;

/**
 * Looks at what a test's author wrote: an upstream that breaks its rules makes tests void, or has them wait for ever.
 * What an adapter does wrong is not looked for here, and takes no rule for broken.
 *
 * @throws AssertionError that names each rule that is broken
 */
export async function checkDriver<Query, Cursor>(bench: Bench<Query, Cursor>): Promise<void> {
  const broken = [...membersMissing(bench)];
  for (const look of LOOKS) {
    // What one rule is broken by may well break others, which are then of no use to know.
    if (broken.length > 0) break;
    try {
      await bench.upstream.reset();
      broken.push(...(await look(bench)));
    } finally {
      await bench.closeAdapters();
    }
  }
  await bench.upstream.reset();
  const list = broken.map((rule) => `\n- ${rule}`).join('');
  assert.equal(broken.length, 0, `The driver of this source breaks rules of Upstream:${list}`);
}

type Look = <Query, Cursor>(bench: Bench<Query, Cursor>) => Promise<readonly string[]>;

/** What the capabilities need, and the driver does not have. */
function membersMissing<Query, Cursor>({ upstream, capabilities }: Bench<Query, Cursor>): readonly string[] {
  const { credentials = true, pages = true, incremental, validators } = capabilities;
  const { origins = [], pageSize = 0, failures } = upstream;
  const isMidPage = Object.values(failures).some(({ kind, midPage }) => kind === 'transient' && midPage);
  const instead = (capability: string): string => `, or declare the capability ${capability}: false`;
  return [
    ...(credentials && origins.length === 0 ? [`origins is empty: name one${instead('credentials')}`] : []),
    ...(credentials && !upstream.token?.() ? [`token() gives none: give one${instead('credentials')}`] : []),
    ...(credentials && !upstream.revoke ? [`revoke() is missing: write it${instead('credentials')}`] : []),
    ...(pages && pageSize < 3 ? [`pageSize is ${pageSize}: have it be 3 or more${instead('pages')}`] : []),
    ...(incremental && !upstream.incremental ? ['incremental is missing, and the capability declared'] : []),
    ...(validators && !upstream.conditionalQuery
      ? ['conditionalQuery is missing, and the capability validators declared']
      : []),
    ...(isMidPage ? [] : ['failures has none of kind transient with midPage: true']),
  ];
}

const counting: Look = async (bench) => {
  const { upstream } = bench;
  const atFirst = upstream.requests();
  if (atFirst !== 0) return [`requests() is ${atFirst} before anything was requested`];
  const went = await loadOne(bench);
  if (!bringsOne(went)) return [];
  if (upstream.requests() === 0) return ['requests() is 0 after a load that brought a record'];
  await upstream.reset();
  const left = upstream.requests();
  if (left !== 0) return [`requests() is ${left} after reset(): it has to count from 0 again`];
  const { records } = await load(bench);
  return records.length > 0 ? [`reset() leaves ${records.length} records`] : [];
};

const waiting: Look = async (bench) => {
  const { upstream } = bench;
  if (await comes(() => upstream.requested(), QUIET))
    return ['requested() resolves although no request came in'];
  await upstream.delay(FOREVER);
  const heard = upstream.requested();
  const controller = new AbortController();
  let isOver = false;
  const loading = loadOne(bench, controller.signal).finally(() => (isOver = true));
  const counted = await comes(async (over) => {
    while (upstream.requests() === 0 && !isOver && !over.aborted)
      await new Promise((resolve) => setImmediate(resolve));
  });
  const wasOver = isOver;
  const wasHeard = await comes(() => heard, counted && !wasOver ? ARRIVAL_MS : 0);
  controller.abort(new Error('The driver is looked at.'));
  const went = (await comes(() => loading)) ? await loading : undefined;
  if (wasOver) return bringsOne(went) ? ['delay() does not hold a request back'] : [];
  if (!counted) return ['requests() counts no request that is delayed'];
  return wasHeard ? [] : ['requested() does not resolve when a request comes in'];
};

const recovering: Look = async (bench) => {
  const { upstream } = bench;
  const [name = ''] = Object.keys(upstream.failures);
  if (!bringsOne(await loadOne(bench))) return [];
  await upstream.fail(name);
  if ((await loadOne(bench)).failure === undefined) return [`fail("${name}") makes no load fail`];
  await upstream.reset();
  return bringsOne(await loadOne(bench)) ? [] : [`reset() does not end fail("${name}")`];
};

const making: Look = async (bench) =>
  bench.adapter() === bench.adapter() ? ['adapter() gives the same one twice, and each is closed'] : [];

const revoking: Look = async ({ upstream, capabilities: { credentials = true } }) => {
  if (!credentials || upstream.revoke === undefined) return [];
  const before = upstream.token?.();
  const given = await upstream.revoke();
  const now = upstream.token?.();
  if (given === before) return ['revoke() gives the token that was accepted before'];
  return now === given ? [] : ['token() is another one than revoke() gave'];
};

const LOOKS: readonly Look[] = [counting, waiting, recovering, making, revoking];

/** Has the source have one record, and loads it. */
async function loadOne<Query, Cursor>(
  bench: Bench<Query, Cursor>,
  signal?: AbortSignal,
): Promise<Attempt<Cursor>> {
  await bench.fill(1);
  return load(bench, signal);
}

/** Runs one attempt, whatever the adapter makes of it. */
async function load<Query, Cursor>(
  bench: Bench<Query, Cursor>,
  signal?: AbortSignal,
): Promise<Attempt<Cursor>> {
  const { apiUrl, query } = bench.upstream;
  const adapter = bench.adapter({ timeoutMs: ARRIVAL_MS });
  const { token } = bench;
  return runAttempt((q, context) => adapter.load(q, context), query, { apiUrl, token, signal });
}

/** Whether a load went as it does where both driver and adapter are right. */
const bringsOne = (attempt: Attempt<unknown> | undefined): boolean =>
  attempt !== undefined && attempt.failure === undefined && attempt.records.length === 1;
