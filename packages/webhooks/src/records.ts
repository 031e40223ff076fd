import { InvalidInputError, type Schema } from '@stateful-workflow/core';
import {
  canonical,
  ContentBuilder,
  type Declaration,
  DECLARES,
  type Delivery,
  entityNameOf,
  identify,
  listOf,
  reachableSchema,
  recordOf,
  schemaOf,
} from '@stateful-workflow/core/internal';
import type { CheckedOptions, WebhookRecord, WebhookTarget } from './options';

/** A source that records are delivered into. */
interface FedSource {
  readonly schema: Schema;
  readonly feed: string;
  readonly expect?: readonly string[];
}

/** Makes deliveries of what events carry, as a feed makes them of what it reads. */
export class Records {
  readonly #options: CheckedOptions;
  readonly #entityName: string;
  readonly #sources = new Map<string, FedSource>();

  constructor(options: CheckedOptions) {
    this.#options = options;
    this.#entityName = options.entityName ?? entityNameOf(options.workflowType);
  }

  /**
   * The payload of the signal `feed`, or nothing where the source is to be asked: the record is none of this entity, or its
   * version is of the future, by which it would hold against everything that is newer.
   *
   * @throws InvalidInputError for what the application has to correct
   */
  deliveryOf({ id, record }: WebhookTarget): Delivery | undefined {
    if (record === undefined) return undefined;
    const { source, data, version } = record;
    const { schema, feed, expect } = this.#sourceOf(source);
    checkVersion(record);
    if (version > Date.now()) return undefined;
    const entity = { name: this.#entityName, id };
    try {
      const fields = recordOf(data, entity.name, 'record.data');
      if (identify(fields, schema[entity.name], 'record.data') !== id) return undefined;
      const builder = new ContentBuilder({ source, query: undefined, entity, schema, expect });
      builder.add({ records: [data], complete: true });
      const { entities } = builder.build(undefined, false);
      const { digest } = canonical(entities);
      return {
        entity,
        source,
        feed,
        from: `webhooks ${this.#options.from}`,
        epoch: 0,
        position: version,
        entities,
        digest,
      };
    } catch (error) {
      if (error instanceof InvalidInputError) return undefined;
      throw error;
    }
  }

  #sourceOf(name: string): FedSource {
    const known = this.#sources.get(name) ?? this.#read(name);
    this.#sources.set(name, known);
    return known;
  }

  #read(name: string): FedSource {
    const { workflow, workflowType } = this.#options;
    const { [DECLARES]: declares } = workflow as { readonly [DECLARES]?: () => Declaration };
    if (declares === undefined)
      throw new InvalidInputError(
        'workflow',
        'is not what defineWorkflow returns, and a record is read by the schema of its class',
        'Give the workflow function itself, or leave record out of the target',
      );
    const declaration = declares();
    const { [name]: source } = declaration.sources ?? {};
    if (source?.fedBy === undefined)
      throw new InvalidInputError(
        'record.source',
        `is "${name.slice(0, 80)}", which no feed of ${workflowType} brings`,
        'Add fedBy to that source, or leave record out of the target, so that the source is asked',
      );
    const schema = schemaOf(declaration, this.#entityName);
    listOf(schema, this.#entityName, name, source);
    return { schema: reachableSchema(schema, this.#entityName), feed: source.fedBy, expect: source.expect };
  }
}

function checkVersion({ version }: WebhookRecord): void {
  if (Number.isSafeInteger(version) && version >= 0) return;
  throw new InvalidInputError(
    'record.version',
    'is not a time in milliseconds since 1970',
    'Give that of the change, as in Date.parse(body.data.updatedAt)',
  );
}
