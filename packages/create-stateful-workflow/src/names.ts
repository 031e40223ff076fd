import { basename } from 'node:path';
import { ProjectError } from './project-error';

/** The names that a project's files have in them. */
export interface Names {
  /** Of the package: `order-desk`. */
  readonly name: string;
  /** Of the entity's type: `Order`. */
  readonly Entity: string;
  /** Of a variable that holds one: `order`. */
  readonly entity: string;
  /** Of several, in variables and paths: `orders`. */
  readonly entities: string;
}

/**
 * Why a name is none for an entity.
 *
 * @returns what is wrong with it, or nothing
 */
export function entityProblem(entity: string): string | undefined {
  return /^[A-Z][A-Za-z0-9]*$/.test(entity)
    ? undefined
    : 'An entity is named by letters and digits, the first of them a capital: Customer';
}

/**
 * The names in the files of a project.
 *
 * @throws ProjectError where the folder or the entity has a name that cannot be used
 */
export function namesOf(folder: string, entity: string): Names {
  const problem = entityProblem(entity);
  if (problem !== undefined) throw new ProjectError(`${problem}. "${entity}" is not.`);
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (name === '')
    throw new ProjectError(`A package cannot be named after "${basename(folder)}". Name another folder.`);
  const one = entity.charAt(0).toLowerCase() + entity.slice(1);
  return { name, Entity: entity, entity: one, entities: pluralOf(one) };
}

function pluralOf(word: string): string {
  if (/(s|x|z|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
