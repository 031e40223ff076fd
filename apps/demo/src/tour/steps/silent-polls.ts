import { until } from '../../until';
import { historyOf } from '../look';
import type { Step, Tour } from '../step';

const polls = 100;
/** History before the polls that are counted, and how many requests the CRM had had by then. */
let before: { readonly events: number; readonly bytes: number; readonly requests: number } | undefined;

/** A source in which nothing changes is looked at a hundred times. */
export const silentPolls: Step = {
  name: '100 silent polls',
  about:
    'Since the tour began, the server has looked at the two sources of another customer every second. Nothing changed there, so nothing was written: a look is a request and one billable Action, and no history, however long it lasts.',
  isLong: true,
  async prepare(tour) {
    const customers = tour.stage.customers('WatchedCustomerWorkflow');
    const crm = quietCrm(tour);
    const handle = await customers.start({ id: 'c_6', apiUrl: crm.url, apiToken: 'secret:CRM_TOKEN_NEXT' });
    // The first looks of the watch: from here on only it is at work.
    await until('the watch of c_6 is on', () => looks(tour) >= 6);
    before = { ...(await historyOf(handle)), requests: looks(tour) };
  },
  async run(tour) {
    const customers = tour.stage.customers('WatchedCustomerWorkflow');
    const handle = customers.get('c_6');
    const start = before;
    if (start === undefined) throw new Error('This step was not prepared');
    const counted = (): number => looks(tour) - start.requests;
    tour.say(`${counted()} polls of c_6 so far; waiting for ${polls}`);
    await until(`the CRM was asked ${polls} times`, () => counted() >= polls, { within: 90_000 });
    const after = await historyOf(handle);
    const [events, bytes] = [after.events - start.events, after.bytes - start.bytes];
    tour.say(`${counted()} polls; history: ${start.events} events before, ${after.events} after`);

    const crm = quietCrm(tour);
    crm.patchCustomer('c_6', { city: 'Oslo' });
    tour.say('c_6 moves to Oslo');
    await until('the watch brings the change', async () => (await handle.data())?.city === 'Oslo');
    return {
      expected: `${polls} polls write 0 events; a change is seen`,
      seen: `${counted()} polls wrote ${events} events, ${bytes} bytes; then city Oslo`,
      ok: events === 0 && bytes === 0,
    };
  },
};

const quietCrm = ({ stage }: Tour) => stage.crms.at(-1) ?? stage.crm;

/** How often the CRM was asked for c_6 or the contacts. */
const looks = (tour: Tour): number =>
  quietCrm(tour).requests.filter(({ path }) => path.startsWith('/customers/c_6')).length;
