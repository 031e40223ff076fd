import { until } from '../../until';
import { tokenNames } from '../../worker/settings';
import { collectPlaces, listRuns, type Run } from '../collect-places';
import type { Step } from '../step';
import { findSecret, formsOf } from '../token-search';

/** How many runs there are at least, in a quick tour as well. */
const leastRuns = 7;

/** No secret is anywhere. */
export const tokenIsNowhere: Step = {
  name: 'the token is nowhere',
  about:
    "Both tokens, the database's password and the secret of the webhooks were used again and again. Now every history, memo, failure, query answer and log, that of Postgres with every statement too, is searched for them, in plain, base64, hex and percent encoding; of the fleet, those of its feed and of some customers.",
  async run(tour) {
    const { stage, fleet, say } = tour;
    const runs: Run[] = await until('every run is listed', async () => {
      const listed = await listRuns(tour);
      return listed.length >= leastRuns && listed;
    });
    const places = await collectPlaces(tour, runs);
    const bytes = places.reduce((sum, { text }) => sum + text.length, 0);
    const secrets = [...Object.values(stage.secrets), fleet.webhooks.secret];
    say(`${runs.length} histories exported; ${places.length} texts, ${Math.round(bytes / 1024)} KiB`);

    const planted = secrets.flatMap((secret) =>
      Object.values(formsOf(secret)).flatMap((forms) =>
        forms.map((form) => findSecret(secret, [{ name: 'planted', text: `x${form}y` }]).length > 0),
      ),
    );
    const works = planted.every(Boolean);
    say(`the search itself: ${planted.filter(Boolean).length} of ${planted.length} planted secrets found`);

    const finds = secrets.flatMap((secret) => findSecret(secret, places));
    for (const { place, form } of finds) say(`FOUND in ${place}, as ${form}`);
    return {
      expected: `0 finds of ${tokenNames.length} tokens and 2 other secrets in any form`,
      seen: `${finds.length} finds in ${places.length} texts of ${runs.length} runs and the logs`,
      ok: finds.length === 0 && works,
    };
  },
};
