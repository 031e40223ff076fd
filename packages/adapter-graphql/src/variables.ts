import { isObject } from '@stateful-workflow/http';
import { type EntityRef, InvalidInputError, type Json } from '@stateful-workflow/core';
import {
  type GraphQLInputType,
  type GraphQLInputObjectType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInputType,
  Kind,
  type TypeNode,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';

const PLACEHOLDER = /\{([A-Za-z_][\w.-]*)(:number)?\}/g;
const WHOLE = /^\{([A-Za-z_][\w.-]*)(:number)?\}$/;
const KNOWN = ['id', 'entityName'];

/** The variables of a request. */
export type Variables = { readonly [name: string]: Json };

/** Says what is wrong with the placeholders in variables, or `undefined`. */
export function placeholderProblem(value: unknown): string | undefined {
  if (typeof value === 'string') {
    const unknown = [...value.matchAll(PLACEHOLDER)].find(([, name = '']) => !KNOWN.includes(name));
    if (unknown !== undefined) return `has the placeholder ${unknown[0]}; there are {id} and {entityName}`;
    return /\{\w+:number\}/.test(value) && !WHOLE.test(value)
      ? 'has a {…:number} that is not all of the value, so it would be text again'
      : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.values(value).map(placeholderProblem).find(Boolean);
}

/** What variables are declared to be. */
export interface Declared {
  readonly definitions: readonly VariableDefinitionNode[];
  readonly schema?: GraphQLSchema;
}

/**
 * Fills `{id}` and `{entityName}` wherever they are in variables. A placeholder that is all of a value becomes what is
 * declared there: an entity's id is text, and where an `Int` or a `Float` is asked for, its number.
 *
 * @throws InvalidInputError when the entity has no such value, or it is not of the type
 */
export function fillVariables(
  variables: Variables,
  entity: EntityRef,
  { definitions, schema }: Declared,
): Variables {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      const definition = definitions.find(({ variable }) => variable.name.value === name);
      const given = schema && definition && typeFromAST(schema, definition.type as never);
      const type = isInputType(given) ? given : undefined;
      return [
        name,
        filled(value, { entity, place: `variables.${name}`, type, scalar: scalarOf(definition) }),
      ];
    }),
  );
}

/** Where a value is filled. */
interface Filling {
  readonly entity: EntityRef;
  readonly place: string;
  /** Its type, where the schema is known. */
  readonly type?: GraphQLInputType;
  /** The name of its type. */
  readonly scalar?: string;
}

function filled(value: Json, filling: Filling): Json {
  const { entity, place, type } = filling;
  if (typeof value === 'string') {
    const [, name, cast] = WHOLE.exec(value) ?? [];
    if (name !== undefined) return typed(named(name, entity), { ...filling, isNumber: cast !== undefined });
    return value.replace(PLACEHOLDER, (_, inner: string) => named(inner, entity));
  }
  if (Array.isArray(value)) return value.map((item: Json) => filled(item, filling));
  if (!isObject(value)) return value;
  const holder = type && getNamedType(type);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const field = isInputObjectType(holder) ? fieldType(holder, key) : undefined;
      const scalar = field && getNamedType(field).name;
      return [key, filled(inner, { entity, place: `${place}.${key}`, type: field, scalar })];
    }),
  );
}

const fieldType = (holder: GraphQLInputObjectType, key: string): GraphQLInputType | undefined =>
  holder.getFields()[key]?.type;

/** The name of a variable's type, of a list the name of its items'. */
function scalarOf(definition: VariableDefinitionNode | undefined): string | undefined {
  let type: TypeNode | undefined = definition?.type;
  while (type !== undefined && type.kind !== Kind.NAMED_TYPE) type = type.type;
  return type?.name.value;
}

/** A value of the entity as a scalar of a type. */
function typed(text: string, { scalar, place, isNumber }: Filling & { readonly isNumber: boolean }): Json {
  if (!isNumber && scalar !== 'Int' && scalar !== 'Float') return text;
  const number = Number(text);
  const isExact = /^-?\d+$/.test(text)
    ? Number.isSafeInteger(number)
    : scalar !== 'Int' && /^-?\d+\.\d+$/.test(text);
  if (isExact && (scalar !== 'Int' || Math.abs(number) < 2 ** 31)) return number;
  throw new InvalidInputError(
    place,
    `takes ${scalar === 'Int' ? 'a whole number of 32 bits' : 'a number'}, and the entity has a text there that is none, or none that a number holds exactly`,
    'Declare the variable as ID or String if the API takes that, or give the entity another id',
  );
}

function named(name: string, entity: EntityRef): string {
  const value = name === 'id' ? entity.id : entity.name;
  if (value !== '') return value;
  throw new InvalidInputError(
    name,
    `is empty, and the source's variables use {${name}}`,
    'Give the entity one',
  );
}
