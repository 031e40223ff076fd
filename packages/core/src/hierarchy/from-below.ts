import type { EntityRef } from '../contract/adapter';
import type { ListEdits } from '../contract/hierarchy';
import { forEach, inner, table } from '../state/json';
import { entries, keys } from '../state/objects';
import { isSame, keyOf } from '../state/refs';
import type { Below } from './kin';
import { WRITTEN } from './outbox';
import type { Settlement } from './settlement';
import { contributed, MADE } from './speech';
import { Claims, takeEdits, takeNews, takeWrites } from './take';
import type { Tell, Word } from './word';

/** Takes in what a child says: news of its portion, and contributions to what is another's. */
export function takeFromBelow(settlement: Settlement, below: Below, tell: Tell): void {
  const { link, item, made } = below;
  const { state, kin, spread, host } = settlement;
  const { word = {}, whole, sources = {}, edits } = tell;
  if (whole) below.isHome = false;
  if (made) {
    // What the child changed by itself is written to the item; what is made of the item then is not sent back.
    takeWritten(settlement, below, word, edits);
    made.take(host.make(item));
    if (tell.whole) for (const ref of made.refs()) link.waiting.mark(ref, keys(made.get(ref) ?? {}), MADE);
    return;
  }
  const isElsewhere = (ref: EntityRef): boolean => !isSame(ref, item) && kin.isElsewhere(ref);
  for (const [source, said] of entries(sources))
    settlement.integrate(contributed(link.peer, source), said, link);
  // A whole portion says nothing new about entities that have another home.
  takeWritten(settlement, below, whole ? {} : { set: word.set }, edits, isElsewhere);
  const claims = new Claims();
  claims.add(word);
  const entire = new Set((whole ? claims.refs() : (tell.entire ?? [])).map(keyOf));
  const lacks: string[] = [];
  for (const ref of claims.refs()) {
    const key = keyOf(ref);
    if (claims.of(ref)) below.missing?.delete(key);
    else {
      if (!below.missing?.has(key)) lacks.push(key);
      lack(settlement, below, ref);
    }
  }
  const kept = new Set(word.deletes?.filter((ref) => spread.askOthers(ref)).map(keyOf));
  const news = {
    entire,
    item,
    isFrom: (ref: EntityRef) => !isElsewhere(ref),
    isPart: (ref: EntityRef) => kin.childrenWith(ref).has(below),
  };
  const deletes = word.deletes?.filter((ref) => !kept.has(keyOf(ref)));
  const changes = takeNews(state, link, { ...news, word: { ...word, deletes } });
  // Sources here may give an entity that the child lacks: offered once, for the child may have removed it on purpose.
  for (const key of lacks) entire.add(key);
  settlement.settle(changes, { from: link, lane: WRITTEN, isNews: true }, entire);
  settlement.suspect(claims.refs());
  if (whole) {
    // What the child cannot have is not missing there.
    const kinds = new Set(tell.kinds);
    const isAbsent = (ref: EntityRef): boolean => kinds.has(ref.name) && !entire.has(keyOf(ref));
    const absent = kin.portionOf(item).filter(isAbsent);
    for (const ref of absent) lack(settlement, below, ref);
    const left = absent.filter((ref) => !spread.askOthers(ref));
    const gone = takeNews(state, link, { ...news, word: { deletes: left } });
    settlement.settle(gone, { from: link, lane: WRITTEN, isNews: true }, entire);
  }
  if (whole || tell.asks === true) spread.offerAll(below);
}

/** A child lacks an entity; not for long, perhaps, where something of it was said that the child has not heard yet. */
function lack({ host }: Settlement, below: Below, ref: EntityRef): void {
  below.missing ??= new Map();
  below.missing.set(keyOf(ref), { isAnswered: below.link.isSaid(ref) && host.has('saidSince') });
}

/** Takes in what a child wrote, and what it did to lists of what has another home: its own lists it gives whole. */
function takeWritten(
  settlement: Settlement,
  { link, item }: Below,
  word: Word,
  edits: ListEdits | undefined,
  concerns?: (ref: EntityRef) => boolean,
): void {
  const { state, kin } = settlement;
  const others = table<Record<string, ListEdits[string][string]>>();
  forEach(edits, (name, id, done) => {
    if (!isSame({ name, id }, item) && kin.isElsewhere({ name, id })) inner(others, name)[id] = done;
  });
  settlement.settle(takeWrites(state, word, link.peer, concerns), { from: link, lane: WRITTEN });
  if (keys(others).length > 0)
    settlement.settle(takeEdits(state, others, link.peer), { from: link, lane: WRITTEN, edits: others });
}
