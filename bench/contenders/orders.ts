import { hash } from 'node:crypto';
import type { AttributeMap } from '../../core/attributeValue';
import { idOf } from '../sink/items';

/*
 * Items as a shop has them, for what is measured in bytes: names and words come again, ids, amounts and times do not. Everything follows
 * from the number.
 */

const WORDS =
  'please leave the parcel with neighbours at number ring twice before noon gift wrap blue ribbon no substitutes call first side entrance fragile glass keep upright return label inside deliver after work weekend only'.split(
    ' ',
  );
const FIRST_NAMES = 'Ada Ben Chloé Dmitri Elif Farid Grace Hana Igor Julia Kofi Lena Mateo Nora Omar Priya'.split(' ');
const LAST_NAMES = 'Ångström Baker Costa Dubois Eriksen Fischer García Haddad Ito Jansen Kowalski Lopez'.split(' ');
const CITIES = 'Zürich Lyon Porto Gdańsk Graz Turku Leeds Ghent Malmö Cork'.split(' ');
const STATES = ['open', 'paid', 'packed', 'sent', 'delivered'];

/** About 600 bytes of DynamoDB JSON. */
export function orderOf(number: number, items: number, revision: number): AttributeMap {
  const random = bytesOf(`${number}`);
  const of = (list: readonly string[], at: number) => list[random.readUInt16BE(at) % list.length] ?? '';
  const [first, last] = [of(FIRST_NAMES, 0), of(LAST_NAMES, 2)];
  const note = Array.from({ length: 12 }, (_, at) => of(WORDS, at)).join(' ');
  const changedAt = new Date(Date.parse('2026-11-01T08:00:00Z') + (number * 37 + revision) * 1_000).toISOString();
  return {
    id: { S: idOf(number, items) },
    n: { N: String(number) },
    customerId: { S: uuid(random) },
    name: { S: `${first} ${last}` },
    email: { S: `${first}.${last}${random.readUInt8(4)}@example.com`.toLowerCase() },
    address: { M: { city: { S: of(CITIES, 6) }, street: { S: `${of(LAST_NAMES, 8)} Street ${random.readUInt8(9)}` } } },
    status: { S: STATES[(number + revision) % STATES.length] ?? '' },
    total: { N: `${random.readUInt16BE(10)}.${random.readUInt8(12) % 100}` },
    changedAt: { S: changedAt },
    version: { N: String(revision) },
    lines: {
      L: [1, 2].map((line) => ({
        M: { sku: { S: `sku-${random.readUInt16BE(12 + line)}` }, count: { N: String(random.readUInt8(line) % 5) } },
      })),
    },
    note: { S: note },
  };
}

function bytesOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

function uuid(random: Buffer): string {
  const hex = random.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
