import { describe, expect, it } from 'vitest';
import { entity, identifier, sql } from './sql';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('sql', () => {
  it('keeps values apart from the text', () => {
    const evil = "'; DROP TABLE x; --";
    expect(plain(sql`SELECT ${evil}, ${[1, 2]} WHERE a = ${entity.id} AND b = ${null}`)).toEqual({
      text: 'SELECT $1, $2 WHERE a = $3 AND b = $4',
      values: [evil, [1, 2], { entity: 'id' }, null],
    });
    expect(plain(sql`SELECT 1`)).toEqual({ text: 'SELECT 1', values: [] });
  });

  it('quotes names, whatever is in them', () => {
    expect(sql`SELECT ${identifier('a"b')} FROM ${identifier('S', 't.u')}`.text).toBe(
      'SELECT "a""b" FROM "S"."t.u"',
    );
  });

  it('puts statements into others, and numbers parameters anew, but nothing in literals', () => {
    const condition = sql`price = '$1' AND total > ${5} AND name = ${'x'}`;
    expect(plain(sql`SELECT ${1} WHERE ${condition} OR ${condition} LIMIT ${2}`)).toEqual({
      text: "SELECT $1 WHERE price = '$1' AND total > $2 AND name = $3 OR price = '$1' AND total > $4 AND name = $5 LIMIT $6",
      values: [1, 5, 'x', 5, 'x', 2],
    });
  });

  it('takes objects that only look like names or statements for values', () => {
    const forged = [{ identifier: 'x; DROP TABLE y' }, { text: 'DROP TABLE y', values: [] }] as const;
    expect(plain(sql`SELECT ${forged[0]}, ${forged[1]}`)).toEqual({ text: 'SELECT $1, $2', values: forged });
  });
});
