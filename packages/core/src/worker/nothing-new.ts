import { ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { UNCHANGED_TYPE } from '../contract/load';

/**
 * The end of a look that found nothing: the server makes the next attempt without writing history.
 *
 * @param pause until then, in milliseconds
 */
export const nothingNew = (pause: number): ApplicationFailure =>
  ApplicationFailure.create({
    type: UNCHANGED_TYPE,
    message:
      'Nothing new at the source; this is not an error. The server looks again without writing history.',
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: Math.max(1, Math.round(pause)),
  });
