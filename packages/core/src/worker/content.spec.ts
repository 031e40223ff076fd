import { describe, expect, it } from 'vitest';
import type { Page } from '../contract/adapter';
import type { LoadRequest } from '../contract/load';
import { defineSchema, many } from '../contract/schema';
import { type Content, ContentBuilder } from './content';

const schema = defineSchema({ Customer: { relations: { contacts: many('Contact') } }, Contact: {} });
const request: LoadRequest = { source: 's', query: {}, entity: { name: 'Customer', id: 'c_1' }, schema };

function contentOf(pages: readonly Page[], into?: string, cursor?: unknown): Content {
  const builder = new ContentBuilder({ ...request, ...(into && { into }) });
  for (const page of pages) builder.add(page);
  return builder.build(cursor, false);
}

describe('ContentBuilder', () => {
  it('adds up pages into one list of the root entity', () => {
    const content = contentOf(
      [
        { records: [{ id: 'a' }, { id: 'b' }], complete: false },
        { records: [{ id: 'b', name: 'B' }, { id: 'c' }], complete: true },
      ],
      'contacts',
    );
    expect(content.complete).toBe(true);
    expect(content.entities).toEqual({
      Contact: { a: { id: 'a' }, b: { id: 'b', name: 'B' }, c: { id: 'c' } },
      Customer: { c_1: { contacts: ['a', 'b', 'c'] } },
    });
    expect(content.append).toBeUndefined();
  });

  it('appends what is not all of a list', () => {
    const content = contentOf([{ records: [{ id: 'a' }], complete: false, cursor: 7 }], 'contacts');
    expect(content.entities).toEqual({ Contact: { a: { id: 'a' } } });
    expect(content.append).toEqual({ field: 'contacts', ids: ['a'] });
    expect(content.checkpoint).toEqual({ cursor: 7 });
  });

  it('deletes the entities of removed records, whose ids it finds as those of any record', () => {
    const { deletes, append, entities } = contentOf(
      [
        { records: [{ id: 'a' }, { id: 'b' }], complete: false },
        { records: [], removed: [{ id: 'a' }, { id: 7 }], complete: false },
      ],
      'contacts',
    );
    expect(deletes).toEqual([
      { name: 'Contact', id: 'a' },
      { name: 'Contact', id: '7' },
    ]);
    expect(append).toEqual({ field: 'contacts', ids: ['b'] });
    expect(entities).toEqual({ Contact: { b: { id: 'b' } } });
  });

  it('refuses a removed record without an id, and takes that of the root for the root', () => {
    expect(() => contentOf([{ records: [], removed: [{}], complete: false }], 'contacts')).toThrow(
      'removed record',
    );
    expect(contentOf([{ records: [], removed: [{}], complete: false }]).deletes).toEqual([
      { name: 'Customer', id: 'c_1' },
    ]);
  });

  it('takes the one record of the root entity as the root, whatever its id is', () => {
    const { entities } = contentOf([{ records: [{ uuid: 'x', name: 'Ada' }], complete: true }]);
    expect(entities).toEqual({ Customer: { c_1: { uuid: 'x', name: 'Ada' } } });
  });

  it('never deletes, completes or advances after a partial error', () => {
    const content = contentOf(
      [
        { records: [{ id: 'a' }], complete: false, cursor: 1, partialErrors: [{ message: 'no b' }] },
        {
          records: [{ id: 'c' }],
          complete: true,
          cursor: 2,
          validators: { etag: '"2"' },
          deletes: [{ name: 'Contact', id: 'z' }],
        },
      ],
      'contacts',
      0,
    );
    expect(content).toMatchObject({ complete: false, deletes: [], checkpoint: { cursor: 0 } });
    expect(content.checkpoint).not.toHaveProperty('validators');
    expect(content.partialErrors).toEqual([{ message: 'no b' }]);
  });

  it('keeps the cursor where pages bring none', () => {
    expect(contentOf([{ records: [], complete: false }], 'contacts', 'here').checkpoint).toEqual({
      cursor: 'here',
    });
  });

  it('has nothing but its checkpoint when nothing changed', () => {
    const content = contentOf(
      [{ records: [], unchanged: true, complete: true, validators: { etag: '"1"' } }],
      'contacts',
    );
    expect(content).toMatchObject({
      unchanged: true,
      entities: {},
      checkpoint: { validators: { etag: '"1"' } },
    });
  });

  it('says which record of which page cannot be used', () => {
    expect(() =>
      contentOf(
        [
          { records: [{ id: 'a' }, { id: 'b' }], complete: false },
          { records: [{ id: 'c' }, { name: 'nobody' }], complete: true },
        ],
        'contacts',
      ),
    ).toThrow(
      expect.objectContaining({ code: 'RECORD_INVALID', message: expect.stringContaining('record 3: ') }),
    );
  });

  it('refuses a record that is nested too deeply to be worked with', () => {
    const deep = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`) as unknown;
    expect(() => contentOf([{ records: [{ id: 'a', deep }], complete: true }], 'contacts')).toThrow(
      expect.objectContaining({
        code: 'RECORD_INVALID',
        message: expect.stringContaining('record 0: is nested more than 100 levels deep'),
      }),
    );
  });
});
