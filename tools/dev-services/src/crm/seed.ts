import { type CrmContact, type CrmCustomer } from './crm-records';

const companies = [
  'Aldergate',
  'Brightwater',
  'Corvane',
  'Dunmore',
  'Eastfold',
  'Fernhill',
  'Greystone',
  'Harrow',
];
const trades = ['Logistics', 'Bakery', 'Instruments', 'Textiles', 'Energy', 'Publishing', 'Robotics'];
const plans = ['starter', 'team', 'business', 'enterprise'];
const cities = ['Lisbon', 'Hamburg', 'Toronto', 'Nairobi', 'Osaka', 'Leeds', 'Austin', 'Tallinn', 'Pune'];
const givenNames = [
  'Amara',
  'Bruno',
  'Chen',
  'Dilek',
  'Elias',
  'Farah',
  'Goran',
  'Hana',
  'Ines',
  'Jonas',
  'Keiko',
];
const familyNames = [
  'Almeida',
  'Berg',
  'Castro',
  'Demir',
  'Eriksen',
  'Fofana',
  'Grant',
  'Hoang',
  'Ito',
  'Jansen',
];
const roles = ['owner', 'billing', 'engineer', 'support'];

const firstDay = Date.UTC(2025, 0, 6, 9);
const dayMs = 24 * 60 * 60 * 1000;

/** Customer number `n`, from 1: the same in every run, on every machine. */
export function seedCustomer(n: number): CrmCustomer {
  const company = pick(companies, n - 1);
  return {
    id: `c_${n}`,
    name: `${company} ${pick(trades, n - 1)}`,
    email: `hello@${company.toLowerCase()}-${n}.example`,
    plan: pick(plans, n - 1),
    city: pick(cities, n - 1),
    updatedAt: new Date(firstDay + ((n - 1) % 365) * dayMs).toISOString(),
  };
}

/** Contact number `k`, from 1, of customer number `n`: the same in every run, on every machine. */
export function seedContact(n: number, k: number): CrmContact {
  // Steps that share no factor with the lists' lengths, so that neighbours differ in both names.
  const given = pick(givenNames, (n - 1) * 3 + k - 1);
  const family = pick(familyNames, (n - 1) * 7 + (k - 1) * 3);
  const company = pick(companies, n - 1);
  return {
    id: `k_${n}_${k}`,
    customerId: `c_${n}`,
    name: `${given} ${family}`,
    email: `${given}.${family}.${k}@${company.toLowerCase()}-${n}.example`.toLowerCase(),
    role: pick(roles, k - 1),
    updatedAt: new Date(firstDay + ((n + k - 2) % 365) * dayMs).toISOString(),
  };
}

function pick(list: readonly string[], index: number): string {
  return list[index % list.length] ?? '';
}
