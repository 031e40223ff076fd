import { at, isObject } from '@stateful-workflow/http';
import { InvalidInputError, type Json, own, type PartialError, setField } from '@stateful-workflow/core';
import type { CheckedDocument } from './check-document';
import { type ConnectionPage, nodeFields, readConnection } from './connection-page';
import type { Question } from './driver';
import type { FieldShape } from './field-shape';
import { FOLLOW_AFTER, FOLLOW_ID, followUpQuery } from './follow-up';
import { partialErrors } from './graphql-errors';
import type { Session } from './session';
import type { Variables } from './variables';

/** Where in an answer something is. */
interface Place {
  /** The keys that lead there. */
  readonly path: readonly string[];
  /** Whether a list is on the way, so that the path alone does not say which one it is. */
  readonly inList: boolean;
}

/** A connection that goes on. */
interface Pending {
  readonly shape: FieldShape;
  readonly place: Place;
  /** What holds it, as it came. */
  readonly parent: Readonly<Record<string, unknown>>;
  /** Where its nodes are gathered. */
  readonly list: unknown[];
  readonly next: Json;
}

/**
 * Reads the connections in an answer to their end, by follow-up queries, and puts plain lists in their place.
 */
export class Completer {
  /** What follow-up queries could not give. */
  readonly partialErrors: PartialError[] = [];
  readonly #session: Session;
  readonly #document: CheckedDocument;
  readonly #variables: Variables;
  #pending: Pending[] = [];

  constructor(session: Session, document: CheckedDocument, variables: Variables) {
    this.#session = session;
    this.#document = document;
    this.#variables = variables;
  }

  /** The value with every connection in it whole. */
  async complete(value: unknown, fields: ReadonlyMap<string, FieldShape>, place: Place): Promise<unknown> {
    const [whole] = await this.completeAll([value], fields, place);
    return whole;
  }

  /** {@link Completer.complete} for several at once, so that their follow-ups can share requests. */
  async completeAll(
    values: readonly unknown[],
    fields: ReadonlyMap<string, FieldShape>,
    place: Place,
  ): Promise<readonly unknown[]> {
    const flat = values.map((value) => this.#flatten(value, fields, place));
    while (this.#pending.length > 0) {
      const round = this.#pending;
      this.#pending = [];
      const answers = await this.#session.ask(round.map((pending) => this.#question(pending)));
      for (const [i, pending] of round.entries()) {
        const answer = answers[i];
        if (answer !== undefined) this.#take(pending, answer);
      }
    }
    return flat;
  }

  /** The value of a field that is a connection: its first page is in, the rest is pending. */
  connection(
    value: unknown,
    shape: FieldShape,
    place: Place,
    parent: Readonly<Record<string, unknown>>,
  ): readonly unknown[] {
    const list: unknown[] = [];
    if (shape.connection !== undefined)
      this.#add(readConnection(value, shape.connection, place.path.join('.'), undefined), {
        shape,
        place,
        parent,
        list,
      });
    return list;
  }

  #add({ nodes, next }: ConnectionPage, pending: Omit<Pending, 'next'>): void {
    const { shape, place, list } = pending;
    const inner = { path: place.path, inList: true };
    for (const node of nodes) list.push(this.#flatten(node, nodeFields(shape), inner));
    if (next !== undefined) this.#pending.push({ ...pending, next });
  }

  #flatten(value: unknown, fields: ReadonlyMap<string, FieldShape>, place: Place): unknown {
    if (Array.isArray(value))
      return value.map((item: unknown) => this.#flatten(item, fields, { ...place, inList: true }));
    if (!isObject(value)) return value;
    const flat: Record<string, unknown> = { ...value };
    for (const shape of fields.values()) {
      const inner = own(value, shape.key);
      if (inner === null || inner === undefined || shape.children.size === 0) continue;
      const at = { path: [...place.path, shape.key], inList: place.inList };
      const whole =
        shape.connection === undefined
          ? this.#flatten(inner, shape.children, at)
          : this.connection(inner, shape, at, value);
      setField(flat, shape.key, whole);
    }
    return flat;
  }

  #question(pending: Pending): Question {
    return pending.place.inList ? this.#ofNode(pending) : this.#again(pending);
  }

  /** The same document from another cursor on. */
  #again({ shape, place, next }: Pending): Question {
    const { after } = shape.connection ?? {};
    if (after === undefined) {
      throw new InvalidInputError(
        'document',
        `the connection "${place.path.join('.')}" has more than one page, and no variable says where the next one begins`,
        'Give it the argument after: $after, and the query the variable $after: String',
      );
    }
    return { text: this.#document.text, variables: { ...this.#variables, [after]: next } };
  }

  /** A query of its own for the record that holds the connection. */
  #ofNode({ shape, place, parent, next }: Pending): Question {
    const { __typename: type, id } = parent;
    // The type stands in the query's text, where a foreign text could ask for anything.
    const isNamed = typeof type === 'string' && /^[_A-Za-z]\w*$/.test(type);
    if (!isNamed || (typeof id !== 'string' && typeof id !== 'number')) {
      throw new InvalidInputError(
        'document',
        `the connection "${place.path.join('.')}" of one record has more than one page, and the record cannot be asked for again`,
        'Select __typename and id beside it, for a follow-up query with node(id:), or ask for larger pages',
      );
    }
    const { ast, operation } = this.#document;
    const { text, variables } = followUpQuery(ast, operation, shape.node, type);
    const used = Object.entries(this.#variables).filter(([name]) => variables.has(name));
    return {
      text,
      variables: { ...Object.fromEntries(used), [FOLLOW_ID]: id, [FOLLOW_AFTER]: next },
    };
  }

  #take(
    pending: Pending,
    { data, errors }: { readonly data?: unknown; readonly errors: readonly unknown[] },
  ): void {
    const { shape, place, next } = pending;
    this.partialErrors.push(...partialErrors(errors));
    const path = place.inList ? `node.${shape.key}` : place.path.join('.');
    const value = at(data, path);
    if (value === undefined || value === null || shape.connection === undefined) {
      if (errors.length === 0) {
        const message = 'what holds this list was gone before the list was read to its end';
        this.partialErrors.push({ message, path: place.path.join('.') });
      }
      return;
    }
    this.#add(readConnection(value, shape.connection, place.path.join('.'), next), pending);
  }
}
