import type { AttributeMap, AttributeValue } from '../../core/attributeValue';

/** Random numbers that are the same in every run: [0, below). */
export type Random = (below: number) => number;

/** A linear congruential generator (the constants of Numerical Recipes), which is enough for test data. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const NAMES = ['Zoë Ångström', 'Łukasz Żak', '李小龍', 'O’Brien "Obi"', 'Ana María', '🦊 Fox', 'x'.repeat(300)];

/** A user: one string key; nested, empty and non-Latin values. */
export function user(n: number, random: Random): AttributeMap {
  return attributes({
    id: { S: userId(n) },
    name: { S: NAMES[random(NAMES.length)] ?? '' },
    age: { N: String(18 + random(70)) },
    active: { BOOL: random(2) === 1 },
    nickname: { S: '' },
    deletedAt: { NULL: true },
    roles: { SS: ['reader', 'writer', 'owner'].slice(0, 1 + random(3)) },
    address: {
      M: attributes({ city: { S: 'Zürich' }, ['__proto__']: { S: 'a name like any other' }, lines: { L: [] } }),
    },
  });
}

/** An order: a composite key with awkward strings; sets, binary and 38-digit numbers. */
export function order(n: number, random: Random): AttributeMap {
  return attributes({
    customerId: { S: customerId(n) },
    orderedAt: { N: String(1_700_000_000 + n) },
    total: { N: `${1 + random(9)}${digits(27, random)}.${digits(9, random)}1` },
    weights: { NS: [`${random(1000)}.5`, `-${1 + random(1000)}`, '1E-20'] },
    receipt: { B: bytes(24, random) },
    pages: { BS: [bytes(3, random), bytes(4, random)] },
    lines: { L: [{ M: { sku: { S: `sku/${random(100)}` }, count: { N: String(1 + random(5)) } } }, { NULL: true }] },
    ['__proto__']: { S: 'kept' },
  });
}

/** Looks like a UUID, and is the same for the same number. */
export function userId(n: number): string {
  const random = seededRandom(n + 1);
  const hex = Array.from({ length: 32 }, () => random(16).toString(16)).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Slashes, dots, spaces, percent signs and other scripts, as found in real keys. */
function customerId(n: number): string {
  const group = Math.floor(n / 3);
  const spellings = [
    `eu/customer ${group}`,
    `..`,
    `customer.${group}`,
    `100%2F${group}`,
    `käufer:${group}`,
    `${'long-'.repeat(300)}${group}`,
  ];
  return spellings[group % spellings.length] ?? '';
}

/** The item as it is after one of the updates that an application makes. */
export function changed(item: AttributeMap, random: Random): AttributeMap {
  return attributes({
    ...item,
    updates: { N: String(random(1_000_000_000)) },
    note: { S: `changed ${random(1_000_000)}` },
  });
}

/** fromEntries defines properties, so that one called `__proto__` stays an attribute. */
function attributes(from: Record<string, AttributeValue>): AttributeMap {
  return Object.fromEntries(Object.entries(from));
}

function digits(count: number, random: Random): string {
  return Array.from({ length: count }, () => random(10)).join('');
}

function bytes(count: number, random: Random): string {
  return Buffer.from(Array.from({ length: count }, () => random(256))).toString('base64');
}
