import { until } from '../../until';
import { tokenNames } from '../../worker/settings';
import { collectPlaces, listRuns, type Run } from '../collect-places';
import type { Step } from '../step';
import { findSecret, formsOf } from '../token-search';

/** How many runs there are at least: one of each of six workflows, and one more by continue-as-new. */
const leastRuns = 7;

/** No token is anywhere, and neither is the password. */
export const tokenIsNowhere: Step = {
  name: 'the token is nowhere',
  about:
    "Both tokens and the database's password were used again and again. Now every history, memo, failure, query answer and log, that of Postgres with every statement too, is searched for them, in plain, base64, hex and percent encoding.",
  async run(tour) {
    const { stage, say } = tour;
    const runs: Run[] = await until('every run is listed', async () => {
      const listed = await listRuns(tour);
      return listed.length >= leastRuns && listed;
    });
    const places = await collectPlaces(tour, runs);
    const bytes = places.reduce((sum, { text }) => sum + text.length, 0);
    const secrets = Object.values(stage.secrets);
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
      expected: `0 finds of ${tokenNames.length} tokens and a password in any form`,
      seen: `${finds.length} finds in ${places.length} texts of ${runs.length} runs and the logs`,
      ok: finds.length === 0 && works,
    };
  },
};
