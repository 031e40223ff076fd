import {
  defineSchema,
  type EntitySchema,
  type Json,
  isMany,
  many,
  one,
  relationTarget,
} from '../../src/contract/schema';

/** What the random tests hold: nested, recursive and shared entities, one with a composite id. */
export const schema = defineSchema({
  Customer: {
    relations: {
      contacts: many('Contact'),
      tickets: many('Ticket'),
      friends: many('Customer'),
      boss: one('Contact'),
    },
  },
  Contact: { relations: { reports: many('Contact'), account: one('Account') } },
  Ticket: { relations: { assignee: one('Contact'), about: one('Customer') } },
  Account: { idAttribute: ['region', 'ref.no'] },
});
export type Name = keyof typeof schema;
export const ROOT = { name: 'Customer', id: 'c_1' } as const;

/** Three sources for one root: the root itself, and two that fill a list of it. */
export const SOURCES = { profile: undefined, contacts: 'contacts', tickets: 'tickets' } as const;
export type SourceName = keyof typeof SOURCES;

/** Few ids, so that they meet; two of them are keys that objects are born with. */
export const IDS: Record<Name, readonly string[]> = {
  Customer: ['c_1', 'c_2', 'constructor'],
  Contact: ['k_1', 'k_2', 'k_3', 'k_4', 'toString'],
  Ticket: ['t_1', 't_2', 't_3'],
  Account: ['eu:1', 'us:2'],
};
export const FIELDS = ['name', 'plan', 'meta', 'constructor'] as const;
/** The relation of a field, whoever asks. */
export function relationOf(name: string, field: string): { target: Name; list: boolean } | undefined {
  const entity: EntitySchema = Object.hasOwn(schema, name) ? schema[name as Name] : {};
  const { relations = {} } = entity;
  const relation = Object.hasOwn(relations, field) ? relations[field] : undefined;
  return relation === undefined
    ? undefined
    : { target: relationTarget(relation) as Name, list: isMany(relation) };
}

/** Every relation there is. */
export const RELATIONS = (Object.keys(schema) as Name[]).flatMap((name) => {
  const entity = schema[name];
  const fields = Object.keys('relations' in entity ? entity.relations : {});
  return fields.flatMap((field) => {
    const relation = relationOf(name, field);
    return relation === undefined ? [] : [{ name, field, ...relation }];
  });
});

/** What never changes of an entity: most of it, as in life; so a delta is worth it. */
const NOTE = 'unchanged '.repeat(8);

/** The fields that hold an entity's id. */
function idFields(name: Name, id: string): Record<string, Json> {
  const [region = '', no = ''] = id.split(':');
  return name === 'Account' ? { region, ref: { no: Number(no) } } : { id };
}

/** What a source holds upstream: entities by `name/id`, the order of its list, and how it writes relations. */
export class Upstream {
  readonly entities = new Map<string, Record<string, Json>>();
  list: readonly string[] = [];
  /** Whether it nests what it refers to, or gives ids only. */
  nests = true;

  constructor(readonly source: SourceName) {
    this.set(ROOT.name, ROOT.id, 'name', 'Ada');
    if (source === 'contacts') {
      this.list = ['k_1', 'k_2', 'toString'];
      for (const id of IDS.Contact) this.set('Contact', id, 'name', id);
      this.set('Contact', 'k_1', 'reports', ['k_3', 'k_2']);
      this.set('Contact', 'k_3', 'account', 'eu:1');
      this.set('Account', 'eu:1', 'name', 'Acme');
    }
    if (source === 'tickets') {
      this.list = ['t_1', 't_2', 't_3'];
      for (const id of IDS.Ticket) this.set('Ticket', id, 'plan', 0);
      this.set('Ticket', 't_1', 'about', 'c_1');
      this.set('Ticket', 't_2', 'assignee', 'k_1');
      this.set('Contact', 'k_1', 'plan', 'vip');
    }
  }

  set(name: Name, id: string, field: string, value: Json): void {
    this.entities.set(`${name}/${id}`, { ...this.entities.get(`${name}/${id}`), [field]: value });
  }

  unset(name: Name, id: string, field: string): void {
    const fields = Object.entries(this.entities.get(`${name}/${id}`) ?? {});
    this.entities.set(`${name}/${id}`, Object.fromEntries(fields.filter(([other]) => other !== field)));
  }

  /** The records that a load gives: the root, or the items of a list; what they refer to is nested once. */
  records(): Record<string, Json>[] {
    const seen = new Set<string>();
    const render = (name: Name, id: string): Record<string, Json> => {
      seen.add(`${name}/${id}`);
      const record: Record<string, Json> = { ...idFields(name, id), note: NOTE };
      for (const [field, value] of Object.entries(this.entities.get(`${name}/${id}`) ?? {})) {
        const relation = relationOf(name, field);
        const nested = (target: string): Json =>
          relation &&
          this.nests &&
          this.entities.has(`${relation.target}/${target}`) &&
          !seen.has(`${relation.target}/${target}`)
            ? render(relation.target, target)
            : target;
        if (relation === undefined || value === null) record[field] = value;
        else record[field] = relation.list ? (value as string[]).map(nested) : nested(value as string);
      }
      return record;
    };
    if (this.source === 'profile') return [render(ROOT.name, ROOT.id)];
    const target = this.source === 'contacts' ? 'Contact' : 'Ticket';
    return this.list.map((id) => render(target, id));
  }
}
