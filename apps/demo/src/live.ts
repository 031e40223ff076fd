import type { Fleet } from './fleet/fleet';
import type { Stage } from './stage';

const everyMs = 1_000;
const plans = ['starter', 'team', 'business', 'enterprise'];
const cities = ['Bergen', 'Turku', 'Porto', 'Lyon', 'Graz', 'Ghent'];
const statuses = ['open', 'waiting', 'closed'];

/**
 * Has the data of the upstreams move, as it does where people work: each second one of them changes, in turn.
 *
 * @param accounts the ids of the customers that are accounts
 * @param failed told of what could not be changed
 * @returns ends it
 */
export function live(
  { crm, desk, billing }: Pick<Stage, 'crm' | 'desk' | 'billing'>,
  fleet: Pick<Fleet, 'crm' | 'customers'>,
  accounts: readonly string[],
  failed: (error: unknown) => void,
): () => void {
  const takes = <T>(from: readonly T[], turn: number): T => from[turn % from.length] as T;
  /** @param round how often each of them has had its turn */
  const happenings: readonly ((round: number) => unknown)[] = [
    (round) =>
      fleet.crm.patchCustomer(`c_${1 + ((round * 7) % fleet.customers)}`, { city: takes(cities, round) }),
    (round) => crm.patchCustomer(takes(accounts, round), { plan: takes(plans, round) }),
    (round) =>
      fleet.crm.patchCustomer(`c_${1 + ((round * 3) % fleet.customers)}`, { plan: takes(plans, round) }),
    (round) => desk.patchTicket(`t_${takes(accounts, round).slice(2)}_2`, { status: takes(statuses, round) }),
    // Each account is sent an invoice, and pays it the next time.
    async (round) => {
      const customer = takes(accounts, round);
      const owed = (await billing.invoicesOf(customer)).find(
        ({ id, status }) => status === 'open' && isSent(id),
      );
      return owed === undefined
        ? billing.addInvoice(customer, { total: `${90 + ((round * 37) % 900)}.50` })
        : billing.payInvoice(owed.id);
    },
  ];
  let turn = 0;
  const timer = setInterval(() => {
    const happening = takes(happenings, turn);
    const round = Math.floor(turn / happenings.length);
    turn += 1;
    void (async () => happening(round))().catch(failed);
  }, everyMs);
  return () => clearInterval(timer);
}

/** Whether an invoice was sent while the demo ran: the others are for people to pay. */
const isSent = (id: string): boolean => !/_[12]$/.test(id);
