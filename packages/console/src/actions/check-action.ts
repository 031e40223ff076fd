import { InvalidInputError } from '@stateful-workflow/core';
import type { Action } from '../api/types';

/** The fields of each action that are texts, and those that are lists of texts. */
const SHAPES: Readonly<
  Record<Action['do'], { readonly texts?: readonly string[]; readonly lists?: readonly string[] }>
> = {
  refresh: {},
  acceptDeletions: { lists: ['sources'] },
  pause: {},
  resume: {},
  cancel: {},
  roll: {},
  rotateToken: { texts: ['reference'] },
  sealToken: { texts: ['value'], lists: ['origins'] },
  setApiUrl: { texts: ['url'] },
  edit: { texts: ['entityName', 'id', 'field'] },
  startChild: { texts: ['path', 'id'] },
};

/** Reads what a page asks for. @throws InvalidInputError that names the field, and repeats no value */
export function checkAction(body: unknown): Action {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new InvalidInputError('action', 'is not an object', 'Send { "do": "refresh" }');
  const given = body as Readonly<Record<string, unknown>>;
  const what = given['do'];
  if (typeof what !== 'string' || !Object.hasOwn(SHAPES, what))
    throw new InvalidInputError(
      'do',
      'is nothing that can be done',
      `Use one of ${Object.keys(SHAPES).join(', ')}`,
    );
  const { texts = [], lists = [] } = SHAPES[what as Action['do']];
  for (const field of texts)
    if (typeof given[field] !== 'string' || given[field].trim() === '')
      throw new InvalidInputError(field, 'is not a text', 'Fill it in');
  if (what === 'refresh' && given['sources'] !== undefined && !isTexts(given['sources']))
    throw new InvalidInputError('sources', 'is not a list of names', 'Leave it out for all sources');
  for (const field of lists)
    if (!isTexts(given[field]))
      throw new InvalidInputError(field, 'is not a list of texts', 'Send at least one');
  if (what === 'edit' && given['value'] === undefined)
    throw new InvalidInputError('value', 'is missing', 'Send any JSON value');
  return given as unknown as Action;
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' && item !== '');
