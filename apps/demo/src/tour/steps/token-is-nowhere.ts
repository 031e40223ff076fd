import { until } from '../../until';
import { collectPlaces, listRuns, type Run } from '../collect-places';
import type { Step } from '../step';
import { findSecret, formsOf } from '../token-search';

/** How many runs there are at least: one of each of four workflows, and one more by continue-as-new. */
const leastRuns = 5;

/** No token is anywhere. */
export const tokenIsNowhere: Step = {
  name: 'the token is nowhere',
  about:
    'Both tokens were sent to the CRM again and again. Now every history, memo, failure, query answer and log is searched for them, in plain, base64, hex and percent encoding.',
  async run(tour) {
    const { stage, say } = tour;
    const runs: Run[] = await until('every run is listed', async () => {
      const listed = await listRuns(tour);
      return listed.length >= leastRuns && listed;
    });
    const places = await collectPlaces(tour, runs);
    const bytes = places.reduce((sum, { text }) => sum + text.length, 0);
    const tokens = Object.values(stage.tokens);
    say(`${runs.length} histories exported; ${places.length} texts, ${Math.round(bytes / 1024)} KiB`);

    const planted = tokens.flatMap((token) =>
      Object.values(formsOf(token)).flatMap((forms) =>
        forms.map((form) => findSecret(token, [{ name: 'planted', text: `x${form}y` }]).length > 0),
      ),
    );
    const works = planted.every(Boolean);
    say(`the search itself: ${planted.filter(Boolean).length} of ${planted.length} planted tokens found`);

    const finds = tokens.flatMap((token) => findSecret(token, places));
    for (const { place, form } of finds) say(`FOUND in ${place}, as ${form}`);
    return {
      expected: `0 finds of ${tokens.length} tokens in any form`,
      seen: `${finds.length} finds in ${places.length} texts of ${runs.length} runs and the logs`,
      ok: finds.length === 0 && works,
    };
  },
};
