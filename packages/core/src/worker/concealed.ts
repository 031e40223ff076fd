import type { Checkpoint, PartialError, Validators } from '../contract/adapter';
import { canonical } from './canonical';
import type { Content } from './content';
import type { AttemptContext } from './load-context';

/** Where so many of the places that held a secret are is logged. */
const MAX_PLACES = 5;

/**
 * What a load gave, as it may leave the worker: to the workflow, to a store of snapshots, to the log.
 *
 * @throws StatefulWorkflowError `SECRET_EXPOSED` that names the place of a secret which can neither stay nor be taken out
 */
export function concealed(content: Content, context: AttemptContext): Content {
  const { concealment, log } = context;
  const places: string[] = [];
  const isWhole = content.complete && !content.unchanged;
  const written = isWhole ? canonical(content.entities) : undefined;
  const entities = concealment.data(
    content.entities,
    'the records',
    (place) => void places.push(place),
    written && (() => written.text),
  );
  concealment.refuse(JSON.stringify(content.deletes), 'the ids of deletes');
  if (content.append !== undefined) concealment.refuse(JSON.stringify(content.append), 'the ids of records');
  if (places.length > 0)
    log.warn(
      `Records held a secret of this worker; [secret] stands there now, in ${places.length} places. Have the source leave it out, or ask for other fields.`,
      { first: places.slice(0, MAX_PLACES) },
    );
  return {
    ...content,
    entities,
    ...(entities === content.entities && { written }),
    checkpoint: storedCheckpoint(content.checkpoint, context),
    partialErrors: shownErrors(content, context),
  };
}

/** Where a checkpoint cannot be without a secret, validators are left out, which costs a load; a cursor cannot be. */
function storedCheckpoint(
  { cursor, validators, ...others }: Checkpoint,
  context: AttemptContext,
): Checkpoint {
  const place = cursor === undefined ? undefined : context.stored(cursor, 'the cursor');
  const kept = validators === undefined ? undefined : storedValidators(validators, context);
  const origin = place?.origin ?? kept?.origin;
  return {
    ...others,
    ...(kept && { validators: kept.value }),
    ...(place && { cursor: place.value }),
    ...(origin !== undefined && { origin }),
  };
}

function storedValidators(
  validators: Validators,
  context: AttemptContext,
): ReturnType<typeof context.stored<Validators>> | undefined {
  try {
    return context.stored(validators, 'the validators');
  } catch (error) {
    context.log.warn('The next load cannot ask whether anything changed', { error: String(error) });
    return undefined;
  }
}

/** So many errors of a partial answer travel; of the others, only how many there are. */
const MAX_PARTIAL_ERRORS = 10;

/** What is told of the errors of a partial answer. They are the source's own words: secrets are taken out. */
function shownErrors({ partialErrors }: Content, { concealment }: AttemptContext): readonly PartialError[] {
  const shown = partialErrors.slice(0, MAX_PARTIAL_ERRORS).map(({ message, path }) => ({
    message: concealment.shortText(message),
    ...(path !== undefined && { path: concealment.shortText(path) }),
  }));
  const more = partialErrors.length - shown.length;
  return more > 0 ? [...shown, { message: `and ${more} more` }] : shown;
}
