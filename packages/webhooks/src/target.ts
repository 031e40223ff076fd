import { InvalidInputError } from '@stateful-workflow/core';
import { type Declaration, DECLARES } from '@stateful-workflow/core/internal';
import type { CheckedOptions, WebhookTarget } from './options';

/** The longest id that a workflow takes. */
const MAX_ID = 800;

/** A target, and why no entity can be it: an event may bring any text. */
export interface CheckedTarget {
  readonly target: WebhookTarget;
  readonly reason?: string;
}

/** Reads what an application says of the entities that an event is about. */
export class Targets {
  readonly #workflow: CheckedOptions['workflow'];
  #sources: readonly string[] | undefined;

  constructor({ workflow }: CheckedOptions) {
    this.#workflow = workflow;
  }

  /** @throws InvalidInputError for what is no target, which only the application can correct */
  check(value: unknown): CheckedTarget {
    const { id, sources } = (value ?? {}) as Partial<WebhookTarget>;
    if (typeof id !== 'string')
      throw new InvalidInputError(
        'id',
        'is not a text',
        'Return { id }; make a text of an id that is a number: String(body.id)',
      );
    if (sources !== undefined) this.#checkSources(sources);
    const target = value as WebhookTarget;
    const isUsable = id.trim() !== '' && id.length <= MAX_ID && !/\p{Surrogate}/u.test(id);
    return isUsable ? { target } : { target, reason: 'the event names an id that no entity can have' };
  }

  /** What the workflow has no source of, it would refuse, and nobody would hear of it. */
  #checkSources(named: unknown): void {
    const isList = Array.isArray(named) && named.length > 0;
    const names: readonly unknown[] = isList ? named : [];
    const stranger = names.find((name) => typeof name !== 'string' || this.#lacks(name));
    if (isList && stranger === undefined) return;
    throw new InvalidInputError(
      'sources',
      isList
        ? `names "${String(stranger).slice(0, 80)}", which is no source of the workflow`
        : 'is not a list of sources',
      `Name sources of its class${this.#sources ? `: ${this.#sources.join(', ')}` : ''}; leave it out to have all asked`,
    );
  }

  /** Whether the workflow is known not to have a source: of its type alone nobody knows what it has. */
  #lacks(name: string): boolean {
    const { [DECLARES]: declares } = this.#workflow as { readonly [DECLARES]?: () => Declaration };
    this.#sources ??= declares && Object.keys(declares().sources ?? {});
    return this.#sources?.includes(name) === false;
  }
}

/** The sources that an event is about; nothing where it is about all. */
export const sourcesOf = ({ record, sources }: WebhookTarget): readonly string[] | undefined =>
  sources ?? (record && [record.source]);
