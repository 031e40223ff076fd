import { patched, workflowInfo } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { InvalidInputError } from '../contract/errors';
import type { SourceDefinition } from '../contract/source';
import { type ManagedPathOptions, pathsIn } from '../hierarchy/managed-path';
import { own } from '../state/json';
import { hashOf } from '../state/hash';
import { entries, fromEntries } from '../state/objects';
import { type Declaration, DECLARED } from './class-check';
import { beginsWith, begunWith, CHANGED_CLASS, PATCH_COUNT } from '../base/patches';

/**
 * What a class declares, as a run records it: all that decides which commands the run sends. No functions, of which it
 * says only that they are there; no queries, addresses and credentials, which no command depends on and which are
 * nobody's business who reads the history.
 */
export interface Declared extends Omit<Declaration, 'sources' | 'managedPaths' | 'loadData'> {
  readonly sources?: Readonly<Record<string, DeclaredSource>>;
  readonly managedPaths?: true | Readonly<Record<string, DeclaredPath>>;
  /** Whether the class has a `loadData` of its own. */
  readonly loadData?: true;
}

type DeclaredSource = Pick<
  SourceDefinition,
  'adapter' | 'into' | 'fedBy' | 'taskQueue' | 'timeout' | 'maximumAttempts' | 'deadline'
> & {
  readonly credential?: typeof OWN | 'none';
  readonly apiUrl?: typeof OWN;
  /** Stands for its query and its address: another one asks for something else. */
  readonly asks: string;
};

type DeclaredPath = Omit<ManagedPathOptions, 'condition' | 'processData' | 'formerly' | 'credentials'> & {
  readonly credentials?: 'inherit' | 'none' | typeof OWN;
  readonly formerly?: true;
  readonly condition?: true;
  readonly processData?: true;
};

/** Instead of an address or a credential that is a source's or a path's own. */
const OWN = 'own';

/** What a run works by. */
export interface RunDeclaration extends Declaration {
  /** What the class declared as the run began, where it has been changed since: the run is over as soon as it can be. */
  readonly before?: Declared;
}

/** What a run knows of what it began with, and hands to the next. */
export interface Beginning {
  readonly declared?: Declared;
  /** With how many changes of the library it began. */
  readonly patches?: number;
}

/** What a start argument says of that. */
interface Began {
  /** As the run before handed it over. */
  readonly carried?: Beginning;
  /** As a client says, which may say anything. */
  readonly begins?: unknown;
}

/**
 * Temporal records the ids of patches in the history, tells a replay of them before anything else, and does not bill
 * them; nothing else can be read as a run begins. MySQL's index of them ends at 255 characters.
 */
const PREFIX = 'stateful-class:';
const CHUNK = 230;
const RECORDED = /^stateful-class:(\d+)\/(\d+):(\d+):(.*)$/s;

/**
 * What the run works by: what its class declared when the run began, which is in its history. Code that is deployed later
 * replays the run by that, so that sources and paths can come and go in a class under running workflows.
 *
 * @param inherited what a class does that has no `loadData` of its own
 * @param handed what the run before knew of itself, or what a client says: a run that begins with the same needs no record
 * @throws InvalidInputError, which fails the workflow task, for a function that is missed
 */
export function declarationOf(
  workflow: Declaration,
  inherited: Declaration['loadData'],
  { carried, begins }: Began = {},
): RunDeclaration {
  const given = givenBy(workflow, inherited);
  const { loadData } = given;
  const text = JSON.stringify(declaredOf(given));
  const began = carried === undefined ? beginningBySaid(text, begins) : beginningOf(text, carried);
  if (began === undefined || began === text) return given;
  const before = JSON.parse(began) as Declared;
  return {
    ...before,
    sources: before.sources && sourcesAsBefore(before.sources, given.sources),
    managedPaths: pathsAsBefore(before.managedPaths, given.managedPaths),
    loadData: before.loadData && loadData,
    before,
  };
}

/** What a class declares as it is now. Each field is read once: a getter may give another value the next time. */
function givenBy(workflow: Declaration, inherited: Declaration['loadData']): Declaration {
  const given = fromEntries(DECLARED.map((field) => [field, workflow[field]])) as Declaration;
  return { ...given, loadData: workflow.loadData === inherited ? undefined : workflow.loadData };
}

/** What a run begins with where it is started of the class as it is now: for whoever starts it to say. */
export const beginningBy = (workflow: Declaration, inherited: Declaration['loadData']): Beginning => ({
  declared: declaredOf(givenBy(workflow, inherited)),
  patches: PATCH_COUNT,
});

/** What the run knows of what it began with. Nothing in runs of versions that did not record it. */
export function beginning({ before, ...declaration }: RunDeclaration): Beginning {
  const patches = begunWith();
  return patches === undefined ? {} : { declared: before ?? declaredOf(declaration), patches };
}

/** What the class declared as the run began: by the run's record, or by what was handed over where it has none. */
function beginningOf(text: string, handed: Beginning): string | undefined {
  const { declared, patches } = handed;
  const inherited = patches === undefined ? undefined : JSON.stringify(declared);
  const isReplaying = workflowInfo().unsafe.isReplaying;
  const isSame = inherited === text && patches === PATCH_COUNT;
  const recorded = isReplaying ? recall() : isSame ? undefined : record(text);
  if (recorded === undefined && patches !== undefined) beginsWith(patches);
  return recorded ?? inherited;
}

/**
 * What the class declared as a first run began. What a client says of it is compared with the class at hand: the same needs
 * no record, so that a replay which finds none can take the client's word.
 *
 * @throws InvalidInputError, which fails the workflow task, where the worker refuses the record that is needed
 */
function beginningBySaid(text: string, begins: unknown): string | undefined {
  const said = isBeginning(begins) ? begins : undefined;
  const began = said && JSON.stringify(said.declared);
  const isReplaying = workflowInfo().unsafe.isReplaying;
  const isSame = began === text && said?.patches === PATCH_COUNT;
  const recorded = isReplaying ? recall() : isSame ? undefined : record(text);
  if (recorded !== undefined || said === undefined) return recorded;
  if (!isSame && !isReplaying) throw refusedRecord();
  beginsWith(said.patches);
  return began;
}

function isBeginning(value: unknown): value is Required<Beginning> {
  if (typeof value !== 'object' || value === null) return false;
  const { declared, patches } = value as { readonly [field: string]: unknown };
  return typeof declared === 'object' && declared !== null && Number.isSafeInteger(patches);
}

const refusedRecord = (): InvalidInputError =>
  new InvalidInputError(
    'patchActivationCallback',
    'of the worker refuses ids that begin with "stateful-class", and whoever started this workflow knows another version of its class',
    'Have it return true for ids that begin with "stateful-"',
  );

/** What a class declares, as JSON. */
export function declaredOf({ sources, managedPaths, loadData, ...others }: Declaration): Declared {
  return {
    ...others,
    sources:
      sources &&
      fromEntries(
        entries(sources).map(([name, source]) => {
          const { adapter, into, taskQueue, timeout, maximumAttempts, deadline, apiUrl, query } = source;
          const others = {
            fedBy: source.fedBy,
            taskQueue,
            timeout,
            maximumAttempts,
            deadline,
            credential: hidden(source.credential),
          };
          const asks = hashOf(JSON.stringify([query, apiUrl]));
          return [name, { adapter, into, asks, apiUrl: apiUrl === undefined ? undefined : OWN, ...others }];
        }),
      ),
    managedPaths:
      typeof managedPaths !== 'object'
        ? managedPaths
        : fromEntries(
            pathsIn(managedPaths).map(([field, path]) => [field, path === true ? {} : pathOf(path)]),
          ),
    loadData: loadData && true,
  };
}

function pathOf({
  condition,
  processData,
  formerly,
  credentials,
  ...options
}: ManagedPathOptions): DeclaredPath {
  return {
    ...options,
    credentials: credentials === 'inherit' ? credentials : hidden(credentials),
    formerly: formerly && true,
    condition: condition && true,
    processData: processData && true,
  };
}

const hidden = (credential: string | undefined): typeof OWN | 'none' | undefined =>
  credential === undefined || credential === 'none' ? credential : OWN;

/** Sources as they were declared, with what is not recorded of them as it is declared now. */
function sourcesAsBefore(
  before: NonNullable<Declared['sources']>,
  now: Declaration['sources'] = {},
): NonNullable<Declaration['sources']> {
  return fromEntries(
    entries(before).map(([name, source]): [string, SourceDefinition] => {
      const known = own(now, name);
      const { adapter, into, fedBy, taskQueue, timeout, maximumAttempts, deadline, credential, apiUrl } =
        source;
      const { query, package: from = '', expect, emptyIsError } = known ?? {};
      return [
        name,
        {
          ...{ query, package: from, expect, emptyIsError },
          ...{ adapter, into, fedBy, taskQueue, timeout, maximumAttempts, deadline },
          // Nothing is loaded any more in such a run: this says no more than that the source followed nobody.
          credential: credential === undefined ? undefined : 'none',
          apiUrl: apiUrl === undefined ? undefined : (known?.apiUrl ?? ''),
        },
      ];
    }),
  );
}

/** Paths as they were declared, with their functions as they are now. @throws InvalidInputError when one is missed */
function pathsAsBefore(
  before: Declared['managedPaths'],
  now: Declaration['managedPaths'],
): Declaration['managedPaths'] {
  if (typeof before !== 'object') return before;
  const known = typeof now === 'object' ? now : {};
  return fromEntries(
    entries(before).map(([field, path]): [string, ManagedPathOptions] => {
      const { condition, processData, formerly, credentials, ...options } = path;
      const declared = own(known, field);
      const current: ManagedPathOptions = typeof declared === 'object' ? declared : {};
      // A run that began before they were changed has them as they were.
      const functions = (!formerly && current.formerly) || current;
      const taken = <K extends 'condition' | 'processData'>(
        name: K,
        was: true | undefined,
      ): ManagedPathOptions[K] => was && (functions[name] ?? missed(field, name));
      const theirs = current.credentials ?? 'none';
      return [
        field,
        {
          ...options,
          credentials: credentials === OWN ? theirs : credentials,
          condition: taken('condition', condition),
          processData: taken('processData', processData),
        },
      ];
    }),
  );
}

function missed(field: string, name: string): never {
  throw new InvalidInputError(
    `managedPaths.${field}.${name}`,
    'was there when this run began, and decides which children the run has started; without it the run cannot be replayed',
    `Keep it until every workflow has continued as new, which "stateful-workflow roll" asks for: write managedPaths.${field} as { formerly: { ${name} } }, or as { retired: true, ${name} } where the path is not used any more`,
  );
}

/** Records the declaration with the run. @returns it; nothing where the worker refuses patches */
function record(text: string): string | undefined {
  // Parts of a text that is not ASCII could be cut within a character.
  const ascii = text.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const count = Math.ceil(ascii.length / CHUNK);
  for (let i = 0; i < count; i++) {
    const chunk = ascii.slice(i * CHUNK, (i + 1) * CHUNK);
    if (!patched(`${PREFIX}${i + 1}/${count}:${PATCH_COUNT}:${chunk}`)) return undefined;
  }
  beginsWith(PATCH_COUNT);
  return text;
}

/** What was recorded as the run began; nothing where its version did not. */
function recall(): string | undefined {
  let text = '';
  let left = Infinity;
  for (const id of presentPatches()) {
    const [, index, count, patches, chunk] = RECORDED.exec(id) ?? [];
    if (chunk === undefined) continue;
    // Said again, so that the replay has the commands of the run.
    patched(id);
    text += chunk;
    left = Number(count) - Number(index);
    if (left === 0) beginsWith(Number(patches));
  }
  // Without the last part a worker refused to record it (`patchActivationCallback`).
  return left === 0 ? JSON.stringify(JSON.parse(text)) : undefined;
}

/**
 * Whether the class of a run has been changed since it began. True only from when the changed code has taken over: while
 * that replays what came before, the run does what it did.
 *
 * @throws InvalidInputError, which fails the workflow task, where the worker refuses to note it
 */
export function isOutdated({ before }: RunDeclaration): boolean {
  if (before === undefined && !presentPatches().has(CHANGED_CLASS)) return false;
  if (patched(CHANGED_CLASS)) return true;
  if (workflowInfo().unsafe.isReplaying) return false;
  // What the run loads by is not recorded whole: to go on would be to load without a credential.
  throw new InvalidInputError(
    'patchActivationCallback',
    `of the worker refuses "${CHANGED_CLASS}", and the class has been changed since this run began`,
    'Have it return true for ids that begin with "stateful-"',
  );
}

/** The ids of patches that a replay has been told of. */
export const presentPatches = (): ReadonlySet<string> =>
  (getActivator() as unknown as { readonly knownPresentPatches: ReadonlySet<string> }).knownPresentPatches;
