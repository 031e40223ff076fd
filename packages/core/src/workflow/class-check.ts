import { milliseconds } from '../contract/duration';
import { listOf, matching, object, oneOf, text, wholeNumber, type Check } from '../contract/check';
import { InvalidInputError, StatefulWorkflowError } from '../contract/errors';
import { checkEntityName, checkReference } from '../contract/payloads';
import type { Schema } from '../contract/schema';
import type { Duration, SourceDefinition } from '../contract/source';
import { type ManagedPathOptions, type ManagedPaths, pathsIn } from '../hierarchy/managed-path';
import { own } from '../state/json';
import { entries, hasOwn, keys } from '../state/objects';
import { asyncHook } from './guard';
import type { Loader } from './loader';
import { type RefreshPolicy } from './refresh';

/** What the class's own `loadData` is called among the sources: no source may be called so. */
export const OWN_LOAD = 'loadData()';

/** What a workflow class declares. */
export interface Declaration {
  readonly schema?: Schema;
  readonly sources?: Readonly<Record<string, SourceDefinition>>;
  readonly managedPaths?: true | ManagedPaths;
  readonly refresh?: RefreshPolicy;
  readonly maxDeleteRatio?: number;
  readonly maxHistoryEvents?: number;
  readonly maxStateBytes?: number;
  readonly maxRunAge?: Duration;
  readonly allowPlaintextTokens?: boolean;
  readonly searchAttributes?: boolean;
  readonly loadData?: (load: Loader) => Promise<void>;
}

/** What a class declares besides its functions. Any of it may be a getter. */
export const DECLARED = [
  'schema',
  'sources',
  'managedPaths',
  'refresh',
  'maxDeleteRatio',
  'maxHistoryEvents',
  'maxStateBytes',
  'maxRunAge',
  'allowPlaintextTokens',
  'searchAttributes',
] as const;

/** Functions that a class may have, and those that it may not take away: the base class has them. */
export const HOOKS = [
  'setup',
  'loadData',
  'beforeUpdate',
  'beforeDelete',
  'execute',
  'onChange',
  'onChildEnded',
  'onLoadError',
  'onContinue',
] as const;
/** Those that nobody waits for, and what is wrong with one that waits. */
const SYNCHRONOUS: { readonly [hook: string]: (hook: string) => InvalidInputError } = {
  setup: () => asyncSetup(),
  beforeUpdate: asyncHook,
  beforeDelete: asyncHook,
};
const NEEDED: readonly string[] = ['loadData', 'execute'];

/** What may be left out, but not given as nothing. */
const option =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value, field) =>
    value === undefined ? undefined : check(value, field);

type Fields<T> = { readonly [K in keyof T]-?: Check<unknown> };

/** Checks that an object has no field but these, and each of these. */
function checkFields<T>(value: unknown, field: string, fields: Fields<T>, example: string): void {
  const given = object(example)(value, field);
  for (const name of keys(given))
    if (!hasOwn(fields, name))
      throw new InvalidInputError(
        `${field}.${name.slice(0, 80)}`,
        'is not an option there is',
        `Use ${keys(fields).join(', ')}`,
      );
  for (const [name, check] of entries(fields as Readonly<Record<string, Check<unknown>>>))
    option(check)(given[name], `${field}.${name}`);
}

/** What is checked where it is read, in every run. */
const elsewhere: Check<unknown> = (value) => value;
const flag = matching<boolean>('true or false', 'true', (value) => typeof value === 'boolean');
const aFunction = (example: string): Check<unknown> =>
  matching('a function', example, (value) => typeof value === 'function');
const name = (what: string, example: string): Check<string> =>
  text(what, example, (given) => given.trim() !== '');
/** Temporal's own durations end at 292 years, and what is longer than that is over at once. */
const LONGEST_MS = 100 * 365 * 24 * 60 * 60_000;
const duration: Check<number> = (value, field) => {
  const ms = milliseconds(field, value as string);
  if (ms <= LONGEST_MS) return ms;
  throw new InvalidInputError(field, 'is longer than 100 years', "Give one such as '5 minutes'");
};
/** A run that ends before its first load does nothing but continue as new; a check that never rests is billed as often. */
const SHORTEST_MS = 1_000;
const someTime: Check<number> = (value, field) => {
  if (duration(value, field) >= SHORTEST_MS) return value as number;
  throw new InvalidInputError(field, 'is shorter than a second', "Give one such as '1 minute'");
};
const taskQueue = name('the name of a task queue', 'crm');

const REFRESH: Fields<RefreshPolicy> = {
  every(value, field) {
    if (typeof value !== 'object') return duration(value, field);
    checkFields(value, field, { min: duration, max: duration }, "'1 minute'");
    return value;
  },
  watch: flag,
  staleAfter: duration,
  jitter: elsewhere,
};

const PATH: Fields<ManagedPathOptions> = {
  workflowType: name('the name of a workflow type', 'ContactWorkflow'),
  entityName: checkEntityName,
  idAttribute: elsewhere,
  autoStart: flag,
  condition: aFunction("(item) => item['status'] === 'open'"),
  processData: aFunction('({ id, title }) => ({ id, title })'),
  includeParentId: flag,
  credentials: (value, field) =>
    value === 'inherit' || value === 'none' ? value : checkReference(value, field),
  apiUrl: oneOf('inherit', 'own'),
  loads: oneOf('own', 'parent'),
  onRemoved: oneOf('cancel', 'complete', 'keep'),
  restart: flag,
  orphanPolicy: oneOf('cancel', 'keep'),
  checkEvery: someTime,
  maxConcurrentStarts: wholeNumber('100'),
  taskQueue,
  formerly(value, field) {
    const example = "{ condition: (item) => item['status'] === 'open' }";
    checkFields(value, field, { condition: PATH.condition, processData: PATH.processData }, example);
    return value;
  },
  retired: flag,
};

const checkAdapter = matching(
  'the name of an adapter: letters, digits and "-", starting with a letter',
  '"rest"',
  (value) => typeof value === 'string' && /^[A-Za-z][A-Za-z0-9-]*$/.test(value),
);
const checkExpect = option(listOf(name('the path of a field', 'id')));

/**
 * Checks what the compiler sees to in TypeScript, and nobody in JavaScript: functions that are none, options that are
 * misspelt, values that an option does not have. Each would be passed over without a word, or fail later and elsewhere.
 *
 * @throws InvalidInputError that names the field, the reason and the fix
 */
export function checkClassStrictly(declared: Declaration): void {
  const members = declared as Readonly<Record<string, unknown>>;
  for (const hook of HOOKS) checkHook(hook, members[hook]);
  const { refresh, managedPaths, sources, schema } = declared;
  for (const field of ['maxHistoryEvents', 'maxStateBytes', 'maxDeleteRatio'] as const)
    option(matching('a number', '4000', (value) => value !== null))(declared[field], field);
  option(someTime)(declared.maxRunAge, 'maxRunAge');
  for (const field of ['allowPlaintextTokens', 'searchAttributes'] as const)
    option(flag)(declared[field], field);
  if (refresh !== undefined) checkFields(refresh, 'refresh', REFRESH, "{ every: '1 minute' }");
  for (const [entity, given] of entries(schema ?? {}))
    checkFields(
      given,
      `schema.${entity}`,
      {
        idAttribute: elsewhere,
        relations: object('{ contacts: many("Contact") }'),
      },
      '{ relations: { contacts: many("Contact") } }',
    );
  if (managedPaths !== undefined && managedPaths !== true) {
    const paths = object<ManagedPaths>('{ contacts: true }')(managedPaths, 'managedPaths');
    for (const [path, options] of pathsIn(paths))
      if (options !== true)
        checkFields(options, `managedPaths.${path}`, PATH, "{ workflowType: 'ContactWorkflow' }");
  }
  for (const [source, definition] of entries(sources ?? {})) {
    if (source.trim() === '' || source === OWN_LOAD)
      throw new InvalidInputError(
        'sources',
        `has one called "${source}", which no source can be`,
        'Rename it',
      );
    checkAdapter(definition.adapter, `sources.${source}.adapter`);
    for (const limit of ['timeout', 'deadline'] as const)
      option(duration)(definition[limit], `sources.${source}.${limit}`);
    checkExpect(definition.expect, `sources.${source}.expect`);
    option(name('the name of a feed', 'CustomersFeed'))(definition.fedBy, `sources.${source}.fedBy`);
    option(flag)(definition.emptyIsError, `sources.${source}.emptyIsError`);
  }
}

/**
 * Checks that what a class declares can be read, and is there.
 *
 * @throws InvalidInputError that names the field
 */
export function checkReadable(declared: Declaration, field: (typeof DECLARED)[number]): void {
  let value: unknown;
  try {
    value = declared[field];
  } catch (cause) {
    if (cause instanceof StatefulWorkflowError) throw cause;
    throw new InvalidInputError(
      field,
      `cannot be read: its getter threw ${String(cause)}`,
      'Correct it; it is read before the workflow has begun, when this.id and this.data are not there yet',
    );
  }
  if (value instanceof Promise)
    throw new InvalidInputError(field, 'is a promise, which nobody waits for', 'Give what it would give');
}

/** Checks that a class declares nothing for itself that was meant for its workflows. @throws InvalidInputError */
export function checkStatics(workflowClass: object): void {
  for (const field of [...DECLARED, ...HOOKS])
    if (hasOwn(workflowClass, field))
      throw new InvalidInputError(
        field,
        'is static, so that no workflow has it',
        'Write it without "static"',
      );
}

/** @throws InvalidInputError for a hook that is no function, or one that would not be waited for */
function checkHook(hook: string, value: unknown): void {
  if (value == null && !NEEDED.includes(hook)) return;
  const refuse = own(SYNCHRONOUS, hook);
  aFunction(`${refuse ? '' : 'async '}${hook}() { … }`)(value, hook);
  const kind = Object.prototype.toString.call(value);
  if (kind.includes('Generator'))
    throw new InvalidInputError(hook, 'is a generator, of which nothing would run', 'Write it without the *');
  if (refuse && kind === '[object AsyncFunction]') throw refuse(hook);
}

/** What is wrong with a `setup()` that waits: handlers that it sets then come too late for what is there already. */
export const asyncSetup = (): InvalidInputError =>
  new InvalidInputError(
    'setup',
    'is asynchronous: nobody waits for it, and the handlers that it sets after a wait miss what came before',
    'Set handlers in setup() at once, and do what takes time in execute() or in a handler',
  );
