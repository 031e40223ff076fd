import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { checkApiUrl } from '../src/contract/api-url';
import { checkDelivery } from '../src/contract/delivery';
import { StatefulWorkflowError } from '../src/contract/errors';
import {
  checkDelete,
  checkFinalStatus,
  checkReference,
  checkRefresh,
  checkUpdate,
} from '../src/contract/payloads';
import { checkStart } from '../src/contract/start';
import {
  checkEnvelope,
  checkNotice,
  checkParentLink,
  checkSubscription,
  checkUnsubscription,
} from '../src/contract/subscription';
import { Keyring } from '../src/credentials/keyring';
import { openSealed, sealToken } from '../src/credentials/sealed-token';
import { seed, settings } from './properties/seed';

/** How many inputs all checks get together: `npm run test:fuzz` gives a hundred thousand. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 5_000);
const CANARY = 'c4n4ry-0f-a-s3cr3t';
/** A refusal is read by people: none is longer, however long what it refuses. */
const LONGEST = 1_500;
const PROTOTYPES = [Object.prototype, Array.prototype, String.prototype, Function.prototype];

const keysOf = () => PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype));

/** Values as JSON brings them, some of them hostile, each text with the canary in it. */
const hostileKey = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', '', 'a.b', '$merge');
const text = fc.oneof(
  fc.string().map((around) => `${around}${CANARY}`),
  fc.constant(`secret:${CANARY}`),
  fc.constant(`Bearer ${CANARY}`),
  fc.constant(`https://user:${CANARY}@crm.example.com/`),
  fc.constant(`sealed:v1:${CANARY}`),
  fc.constant(CANARY.repeat(1_000)),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(text, fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null)),
    fc.array(tie('any'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(hostileKey, fc.string({ maxLength: 12 })), tie('any')), { maxLength: 4 })
      .map(
        (entries) =>
          JSON.parse(
            `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join()}}`,
          ) as unknown,
      ),
  ),
})).any;

type Edit = readonly [at: number, how: 'replace' | 'remove' | 'add', key: string, value: unknown];
const edits = fc.array(
  fc.tuple(
    fc.nat(),
    fc.constantFrom('replace' as const, 'remove' as const, 'add' as const),
    hostileKey,
    value,
  ),
  { minLength: 1, maxLength: 3 },
);

/** A valid payload with one to three places of it changed, so that inputs get past the outermost check. */
function edited(valid: unknown, changes: readonly Edit[]): unknown {
  const root = { whole: structuredClone(valid) } as Record<string, unknown>;
  for (const [at, how, key, put] of changes) {
    const places: [Record<string, unknown>, string][] = [];
    const walk = (node: Record<string, unknown>): void => {
      for (const name of Object.keys(node)) {
        places.push([node, name]);
        const inner = node[name];
        if (typeof inner === 'object' && inner !== null) walk(inner as Record<string, unknown>);
      }
    };
    walk(root);
    const [holder, name] = places[at % places.length] ?? [root, 'whole'];
    const inner = holder[name];
    if (how === 'remove' && holder !== root) Reflect.deleteProperty(holder, name);
    else if (how === 'add' && Array.isArray(inner)) inner.push(structuredClone(put));
    else if (how === 'add' && typeof inner === 'object' && inner !== null)
      Object.defineProperty(inner, key, {
        value: structuredClone(put),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else holder[name] = structuredClone(put);
  }
  return root['whole'];
}

const keyring = new Keyring({ primary: 'one', keys: { one: randomBytes(32) } });
const sealed = sealToken(CANARY, { keyring, origins: ['https://crm.example.com'] });
const open = (reference: unknown): unknown => {
  const checked = checkReference(reference);
  return checked.startsWith('sealed:')
    ? openSealed(checked, { keyring, namespace: 'default', now: 0 })
    : checked;
};

const entities = { Contact: { k_1: { name: 'x', tags: ['a'] } } };
const CHECKS: readonly [what: string, check: (given: unknown) => unknown, valid: unknown][] = [
  [
    'start argument',
    (given) => checkStart(given),
    {
      id: 'c_1',
      apiUrl: 'https://crm.example.com',
      apiToken: 'secret:CRM',
      status: 'paused',
      data: { name: 'x' },
    },
  ],
  [
    'update',
    checkUpdate,
    { entityName: 'Contact', data: { id: 'k' }, updates: entities, strategy: '$merge', changeOrigin: 'x' },
  ],
  ['delete', checkDelete, { entityName: 'Contact', data: { id: 'k' }, deletions: { Contact: ['k_1'] } }],
  ['refresh', checkRefresh, { sources: ['profile'], acceptDeletions: ['profile'] }],
  ['final status', checkFinalStatus, 'completed'],
  [
    'subscription',
    checkSubscription,
    { workflowId: 'w', subscriptionId: 's', signalName: 'update', selector: 'Contact.*' },
  ],
  ['unsubscription', checkUnsubscription, { workflowId: 'w', subscriptionId: 's' }],
  [
    'parent link',
    (given) => checkParentLink(given, 'parent'),
    {
      ancestry: [{ workflowId: 'p', entityName: 'Customer', id: 'c' }],
      wants: ['Contact'],
      link: 'l',
      sources: { profile: { set: entities } },
      apiToken: 'secret:CRM',
    },
  ],
  ['notice of a child', checkNotice, { workflowId: 'w', runId: 'r', status: 'failed', message: 'why' }],
  [
    'envelope',
    checkEnvelope,
    {
      from: 'w',
      link: 'l',
      number: 1,
      seen: 0,
      part: [0, 2],
      sources: {
        profile: {
          set: entities,
          unset: { Contact: { k_1: ['tags'] } },
          deletes: [{ name: 'Contact', id: 'k' }],
        },
      },
      asks: [{ name: 'Contact', id: 'k' }],
    },
  ],
  [
    'delivery',
    checkDelivery,
    {
      entity: { name: 'Contact', id: 'k_1' },
      source: 'profile',
      feed: 'F',
      from: 'F-all',
      epoch: 1,
      position: 1,
      entities,
    },
  ],
  ['address', (given) => checkApiUrl(given), 'https://crm.example.com/api'],
];

/** What a check threw, if it threw. */
function thrownBy(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error ?? new Error('Nothing was thrown.');
  }
}

function expectRefusal(error: unknown): void {
  if (error === undefined) return;
  if (!(error instanceof StatefulWorkflowError))
    throw new Error('Not an error of this project.', { cause: error });
  expect(error.code).toMatch(/^(INPUT_INVALID|RECORD_INVALID|SCHEMA_INVALID|CREDENTIAL_[A-Z_]+)$/);
  expect(error.message.length).toBeLessThan(LONGEST);
  expect(error.message.includes(CANARY), error.message).toBe(false);
  expect(JSON.stringify(error.context).includes(CANARY)).toBe(false);
}

describe(`any input (seed ${String(seed)})`, () => {
  const before = keysOf();
  const each = Math.ceil(RUNS / (CHECKS.length + 1));
  afterAll(() => {
    expect(keysOf()).toEqual(before);
  });

  it.each(CHECKS)('%s is taken or refused with a code', (_, check, valid) => {
    expect(thrownBy(() => check(valid))).toBeUndefined();
    fc.assert(
      fc.property(
        fc.oneof({ arbitrary: edits.map((changes) => edited(valid, changes)), weight: 4 }, value),
        (given) => {
          expectRefusal(thrownBy(() => check(given)));
        },
      ),
      settings(each),
    );
  });

  it('a sealed token of which a character was changed does not open', () => {
    const head = 'sealed:'.length;
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom('', 'A', '.', '~', '\u0000', 'é', 'AAAA'), (at, put) => {
        const place = head + (at % (sealed.length - head));
        const changed = sealed.slice(0, place) + put + sealed.slice(place + 1);
        fc.pre(changed !== sealed);
        const error = thrownBy(() => open(changed));
        expect(error).toBeDefined();
        expectRefusal(error);
      }),
      settings(each),
    );
  });
});
