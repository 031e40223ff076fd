import type { EntityRef } from './adapter';
import { matching, oneOf, optional, shape, text } from './check';
import { InvalidInputError } from './errors';
import { checkEntities, checkEntityName, checkId } from './payloads';
import type { Entities } from './schema';

/** What may become of the workflow of an entity that is gone at the source. */
export type Gone = 'complete' | 'cancel' | 'tell';

/** Where a delivery stands among those of feeds. */
export interface Position {
  /** The workflow that is the feed. */
  readonly from: string;
  /**
   * Grows when the feed begins anew, and its positions with it: milliseconds since 1970. 0 where no feed reads, but somebody
   * tells by the source's own clock.
   */
  readonly epoch: number;
  /**
   * When the source was asked, in milliseconds since 1970 by the clock of the Temporal server. It grows within an epoch, and
   * what is not newer than what a workflow has is ignored.
   */
  readonly position: number;
}

/**
 * Payload of the signal `feed`: what a feed read of one entity. It counts as a load of the source that it names, which says
 * by `fedBy` that this feed brings it.
 */
export interface Delivery extends Position {
  /** The entity: the root of the workflow. */
  readonly entity: EntityRef;
  /** The source that it is a load of. */
  readonly source: string;
  /** The name of the feed. */
  readonly feed: string;
  /** The record, normalized as that of a load: all that the source gives of the entity. Absent where it is gone. */
  readonly entities?: Entities;
  /** Names the entities: equal content is no news. @default nothing is known to be equal */
  readonly digest?: string;
  /** What becomes of the workflow, where the source has the entity no more. @default the entity is there */
  readonly gone?: Gone;
}

const time = matching<number>(
  'a time in milliseconds since 1970',
  '1767225600000',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
);
const name = (what: string, example: string) => text(what, example, (given) => given.trim() !== '');

const delivery = shape<Delivery>(
  {
    entity: shape<EntityRef>({ name: checkEntityName, id: checkId }),
    source: name('the name of a source', 'profile'),
    feed: name('the name of a feed', 'CustomersFeed'),
    from: name('a workflow id', 'CustomersFeed-all'),
    epoch: time,
    position: time,
    entities: optional(checkEntities),
    digest: optional(name('a digest', 'Zk3…')),
    gone: optional(oneOf('complete', 'cancel', 'tell')),
  },
  'feed',
);

/** Checks the payload of `feed`. @throws InvalidInputError */
export function checkDelivery(value: unknown): Delivery {
  const given = delivery(value);
  if (given.entities || given.gone) return given;
  throw new InvalidInputError(
    'entities',
    'is missing, and so is gone',
    'Give what the source has of the entity, as in { "Customer": { "c_42": { "id": "c_42" } } }',
  );
}
