import type { EntityRef } from '../contract/adapter';
import type { ChangeSet } from '../contract/wire';
import { at, equalJson, forEach, own } from '../state/json';
import { entries, hasOwn, values } from '../state/objects';
import { keyOf } from '../state/refs';
import { fieldsIn } from './fields-in';
import type { Link } from './link';
import { COPIED, WRITTEN } from './outbox';
import type { Settlement } from './settlement';
import { contributed, entitiesIn, sourcesFrom } from './speech';
import { Claims, takeEdits, takeEntire, takeMissing, takeWrites } from './take';
import type { Start, Tell, Word } from './word';

/** Takes in what a parent starts this workflow with. @returns what it shows, which is what the workflow begins with */
export function takeStart(
  settlement: Settlement,
  link: Link,
  { sources, word }: Pick<Start, 'sources' | 'word'>,
): ChangeSet {
  const { state, kin } = settlement;
  for (const [source, said] of entries(sources))
    settlement.integrate(contributed(link.peer, source), said, link);
  // What the parent shows is what it begins with, whatever its sources gave.
  const shown = takeEntire(state, word, link.peer);
  settlement.note(shown);
  kin.moveMine();
  if (!link.isMade)
    for (const said of values(sources))
      for (const [ref] of entitiesIn(said))
        if (!at(word.set, ref.name, ref.id) && kin.isMine(ref)) link.waiting.markEntire(ref);
  return shown;
}

/** Takes in what a parent says: contributions. What became of them is told back, where it is not as said. */
export function takeFromAbove(settlement: Settlement, link: Link, tell: Tell): void {
  const { state, kin } = settlement;
  const { sources = {}, word = {}, shows = {}, fills, edits, offers, asks } = tell;
  const { peer } = link;
  settlement.entered = [];
  settlement.effects = [];
  const claims = new Claims();
  for (const [source, said] of entries(sources)) {
    settlement.integrate(contributed(peer, source), said, link);
    claims.add(said);
  }
  if (offers) keepOffered(settlement, link, sources);
  const removed = word.deletes?.filter(({ name, id }) => !state.isRoot(name, id)) ?? [];
  if (removed.length > 0)
    settlement.settle(state.remove(removed, peer), { from: link, lane: WRITTEN, isRemoval: true });
  settlement.settle(takeWrites(state, word, peer), { from: link, lane: WRITTEN });
  claims.add(word);
  if (edits) settlement.settle(takeEdits(state, edits, peer), { from: link, lane: WRITTEN, edits });
  if (fills) settlement.settle(takeMissing(state, fills, peer), { from: link, lane: COPIED });
  claims.add(fills ?? {});
  claims.add(shows);
  settlement.suspect(claims.refs());
  if (!link.isMade) tellBack(settlement, link, claims, tell.entire ?? []);
  if (asks && asks !== true) for (const ref of asks) if (kin.isMine(ref)) link.waiting.markEntire(ref);
}

/** A parent is told what became of what it said, where that is not as it said. */
function tellBack(
  settlement: Settlement,
  { waiting }: Link,
  claims: Claims,
  entire: readonly EntityRef[],
): void {
  const { state, kin } = settlement;
  const { store } = state;
  for (const ref of claims.refs()) {
    if (!kin.isMine(ref)) continue;
    const held = store.get(ref.name, ref.id);
    const claimed = claims.of(ref);
    if (!held) {
      if (claimed) waiting.remove(ref);
    } else if (!claimed) waiting.markEntire(ref);
    else
      for (const [field, value] of claimed)
        if (equalJson(own(held, field), value)) waiting.unmark(ref, field);
        else waiting.mark(ref, [field]);
  }
  const isEntire = new Set(entire.map(keyOf));
  for (const ref of [...settlement.entered, ...entire]) {
    const held = store.get(ref.name, ref.id);
    if (!kin.isMine(ref)) continue;
    if (!held) waiting.remove(ref);
    // An entity that came into the portion may have more fields at this home than the parent said.
    else if (!isEntire.has(keyOf(ref)) || !claims.isAll(ref, held)) waiting.markEntire(ref);
  }
  // What else came of it: relations that held what was removed.
  for (const changes of settlement.effects)
    forEach(changes.upserts, (name, id) => {
      const ref = { name, id };
      const claimed = claims.of(ref);
      const fields = fieldsIn(changes, ref).filter((field) => !claimed?.has(field));
      if (fields.length > 0 && kin.isMine(ref)) waiting.mark(ref, fields);
    });
}

/** The sources of a parent say no more than this. What they said besides is not known to be gone. */
function keepOffered(settlement: Settlement, link: Link, sources: Readonly<Record<string, Word>>): void {
  const isGiven = (source: string, { name, id }: EntityRef, field: string): boolean => {
    const said = own(sources, source.slice(contributed(link.peer, '').length));
    return hasOwn(at(said?.set, name, id) ?? {}, field);
  };
  settlement.withdraw(sourcesFrom(settlement.state, link.peer), link, isGiven);
}
