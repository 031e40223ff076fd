import type { Delivery, Position } from '../contract/delivery';
import { InvalidInputError } from '../contract/errors';
import { at } from '../state/json';
import { hasOwn, keys } from '../state/objects';
import { has } from '../base/patches';
import { isDoubtful, isNewer, isTied, positionOf } from './deliveries';
import type { Session } from './session';
import type { SourceState } from './source-state';

/**
 * Takes what a feed says of the root entity: it waits for the next cycle, which begins. What is not newer than what is
 * known is ignored.
 *
 * @throws InvalidInputError that names the field, for what this workflow cannot take in
 */
export function deliver(session: Session, delivery: Delivery): void {
  const source = fedSource(session, delivery);
  const { known } = source;
  const waiting = session.deliveries.of(source.name);
  if (!isNewer(delivery, known.fed) || !isNewer(delivery, waiting))
    return settleTie(session, source, delivery);
  const { digest, gone } = delivery;
  if (gone) {
    // Another feed that has it since knows better, and so does the workflow's own look.
    const last = waiting ?? known.fed;
    if ((last && isOfAnotherFeed(last, delivery)) || isDoubtful(delivery, known.lookedAt)) return;
    if (gone !== 'tell') return session.end(gone === 'complete' ? 'completed' : 'cancelled');
  } else if (digest !== undefined && !waiting && source.isCurrent && digest === known.checkpoint?.digest) {
    const now = Date.now();
    known.fed = positionOf(delivery);
    known.checkedAt = session.state.view(source.name).checkedAt = now;
    return;
  }
  session.deliveries.add(delivery);
  session.inbox.add('news');
}

/** Whether another feed delivered last: what was told by a webhook, the feed of the source is right about. */
const isOfAnotherFeed = (last: Position, { from }: Position): boolean =>
  last.from !== from && (last.epoch !== 0 || !has('webhooksYield'));

/** Has the source asked where a delivery that seems older says something else, and nobody knows which is right. */
function settleTie(session: Session, { name, known }: SourceState, delivery: Delivery): void {
  const waiting = session.deliveries.of(name);
  const last = waiting ?? known.fed;
  const digest = waiting ? waiting.digest : known.checkpoint?.digest;
  if (!last || delivery.gone || !isTied(delivery, last) || delivery.digest === digest) return;
  if (!has('webhooksYield')) return;
  session.deliveries.take(name);
  known.fed = positionOf(last);
  known.isInDoubt = true;
  session.inbox.add('news');
}

/** The source that a delivery is of. @throws InvalidInputError that names the field */
function fedSource(session: Session, { entity, source: name, feed, entities }: Delivery): SourceState {
  const { root, schema } = session;
  if (entity.name !== root.name || entity.id !== root.id)
    throw new InvalidInputError(
      'entity',
      `is ${entity.name} ${entity.id}, and this workflow is that of ${root.name} ${root.id}`,
      'Deliver to the workflow of that entity',
    );
  const source = session.source(name, 'source');
  const { fedBy } = source.definition;
  if (fedBy !== feed)
    throw new InvalidInputError(
      'feed',
      `is "${feed}", and source "${name}" is fed by ${fedBy === undefined ? 'none' : `"${fedBy}"`}`,
      `Write fedBy: '${feed}' at the source, or have the feed deliver into another one`,
    );
  if (!entities) return source;
  const stranger = keys(entities).find((kind) => !hasOwn(schema, kind));
  if (stranger !== undefined)
    throw new InvalidInputError(
      `entities.${stranger}`,
      `is not in the schema of this workflow, which has ${keys(schema).join(', ')}`,
      'Have the worker of the feed and that of the workflow run the same class',
    );
  if (!at(entities, root.name, root.id))
    throw new InvalidInputError(
      'entities',
      `has nothing of ${root.name} ${root.id}`,
      'Deliver the record of the entity, normalized',
    );
  return source;
}
