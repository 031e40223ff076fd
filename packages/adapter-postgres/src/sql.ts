import type { EntityValue, Parameter, SqlStatement } from './postgres-query';

/** The entity whose workflow loads, for parameters: `entity.id`, `entity.name`. */
export const entity: { readonly id: EntityValue; readonly name: EntityValue } = {
  id: { entity: 'id' },
  name: { entity: 'name' },
};

/** Quotes one name, so that it cannot be anything else: `odd"name` gives `"odd""name"`. */
export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A quoted name in a statement. Made by {@link identifier}. */
export class SqlIdentifier {
  readonly #text: string;

  constructor(names: readonly string[]) {
    this.#text = names.map(quote).join('.');
  }

  /** The quoted name, of one that was really made here: an object that looks alike is a value. */
  static textOf(part: unknown): string | undefined {
    return typeof part === 'object' && part !== null && #text in part ? part.#text : undefined;
  }
}

/**
 * The name of a table, column or schema, quoted; several are joined by dots.
 *
 * @example
 * sql`SELECT * FROM ${identifier('billing', 'invoices')}`
 */
export const identifier = (...names: readonly [string, ...string[]]): SqlIdentifier =>
  new SqlIdentifier(names);

/** A statement that knows its pieces, so that it can be put into another. As JSON it is `{ text, values }`. */
class TaggedStatement implements SqlStatement {
  readonly text: string;
  readonly values: readonly Parameter[];
  readonly #pieces: readonly string[];

  constructor(pieces: readonly string[], values: readonly Parameter[]) {
    this.#pieces = pieces;
    this.values = values;
    this.text = pieces.reduce((text, piece, i) => `${text}$${i}${piece}`);
  }

  static piecesOf(part: unknown): readonly string[] | undefined {
    return typeof part === 'object' && part !== null && #pieces in part ? part.#pieces : undefined;
  }
}

/**
 * A statement with parameters. What is put in is never part of the text, but for names made by
 * {@link identifier} and other statements made by this tag.
 *
 * @example
 * sql`SELECT id, total FROM invoices WHERE customer_id = ${entity.id} AND status = ANY(${['open', 'due']})`
 */
export function sql(
  strings: TemplateStringsArray,
  ...parts: readonly (Parameter | SqlIdentifier | SqlStatement)[]
): SqlStatement {
  const pieces = [strings[0] ?? ''];
  const values: Parameter[] = [];
  const write = (text: string): void => void (pieces[pieces.length - 1] += text);
  parts.forEach((part, i) => {
    const name = SqlIdentifier.textOf(part);
    const [first, ...others] = TaggedStatement.piecesOf(part) ?? [];
    if (name !== undefined) write(name);
    else if (first !== undefined) {
      write(first);
      pieces.push(...others);
      values.push(...((part as SqlStatement).values ?? []));
    } else {
      values.push(part as Parameter);
      pieces.push('');
    }
    write(strings[i + 1] ?? '');
  });
  return new TaggedStatement(pieces, values);
}
