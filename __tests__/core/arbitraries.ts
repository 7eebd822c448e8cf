import fc from 'fast-check';
import type { AttributeMap, AttributeValue } from '../../core/attributeValue';
import { anyCharacter } from '../support/anyCharacter';

/** Names that break naive code, among plain ones. */
const attributeName = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '',
    ' ',
    '0',
    '10',
    '2',
    'é',
    'e\u0301',
    '\u{1F600}',
    '\uFFFD',
    'a"b\\c',
    '\u0000',
  ),
  fc.string({ unit: anyCharacter, maxLength: 6 }),
  fc.constantFrom('id', 'name', 'updatedAt'),
);

const bytes = fc.uint8Array({ maxLength: 12 }).map((value) => Buffer.from(value).toString('base64'));

/** A number of up to 38 digits inside DynamoDB's range, as sign, digits and exponent of the last digit. */
const decimal = fc
  .record({
    isNegative: fc.boolean(),
    digits: fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }),
    exponent: fc.integer({ min: -80, max: 80 }),
  })
  .map(({ isNegative, digits, exponent }) => `${isNegative ? '-' : ''}${digits}E${exponent}`);

const number = fc.oneof(
  decimal,
  fc.integer().map(String),
  fc.constantFrom('0', '-0', '0.1', '1E+125', '-9.9E-130', '38'),
);

const setOf = (member: fc.Arbitrary<string>, same: (text: string) => unknown) =>
  fc.uniqueArray(member, { minLength: 1, maxLength: 4, selector: same });

const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: anyCharacter, maxLength: 8 }).map((S) => ({ S })),
    number.map((N) => ({ N })),
    bytes.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true }),
    setOf(fc.string({ unit: anyCharacter, maxLength: 5 }), String).map((SS) => ({ SS })),
    setOf(number, exactNumber).map((NS) => ({ NS })),
    setOf(bytes, String).map((BS) => ({ BS })),
    fc.array(tie('value'), { maxLength: 4 }).map((L) => ({ L })),
    fc
      .array(fc.tuple(attributeName, tie('value')), { maxLength: 4 })
      .map((entries) => ({ M: Object.fromEntries(entries) })),
  ),
}));

export const attributeValue = value;

export const item: fc.Arbitrary<AttributeMap> = fc
  .array(fc.tuple(attributeName, value), { maxLength: 5 })
  .map((entries) => Object.fromEntries(entries));

/** A number as an exact count of 10^-300ths: the tests' own idea of equality. */
export function exactNumber(text: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const scaled = BigInt(whole + fraction) * 10n ** BigInt(300 - fraction.length + Number(exponent));
  return String(sign === '-' ? -scaled : scaled);
}

/** What a value means, in a form that can be compared deeply: the tests' own model, independent of the code. */
export function meaning(v: AttributeValue): unknown {
  if ('N' in v) return ['N', exactNumber(v.N)];
  if ('NS' in v) return ['NS', new Set(v.NS.map(exactNumber))];
  if ('SS' in v) return ['SS', new Set(v.SS)];
  if ('BS' in v) return ['BS', new Set(v.BS)];
  if ('L' in v) return ['L', v.L.map(meaning)];
  if ('M' in v) return ['M', meaningOfItem(v.M)];
  return Object.entries(v);
}

export function meaningOfItem(attributes: AttributeMap): Map<string, unknown> {
  return new Map(Object.entries(attributes).map(([name, member]) => [name, meaning(member)]));
}

/** The same item with attributes and sets in another order and numbers spelled differently. */
export function respelled(attributes: AttributeMap, spell: fc.Arbitrary<number>): fc.Arbitrary<AttributeMap> {
  return spell.map((seed) => respellMap(attributes, generator(seed)));
}

type Random = (below: number) => number;

function respellMap(attributes: AttributeMap, random: Random): AttributeMap {
  return Object.fromEntries(
    shuffled(Object.entries(attributes), random).map(([name, member]) => [name, respellValue(member, random)]),
  );
}

function respellValue(v: AttributeValue, random: Random): AttributeValue {
  if ('N' in v) return { N: respellNumber(v.N, random) };
  if ('NS' in v) return { NS: shuffled(v.NS, random).map((n) => respellNumber(n, random)) };
  if ('SS' in v) return { SS: shuffled(v.SS, random) };
  if ('BS' in v) return { BS: shuffled(v.BS, random) };
  if ('L' in v) return { L: v.L.map((member) => respellValue(member, random)) };
  if ('M' in v) return { M: respellMap(v.M, random) };
  return v;
}

export function respellNumber(text: string, random: Random): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const zeros = '0'.repeat(random(3));
  const shift = random(4);
  const digits = whole + fraction + '0'.repeat(shift);
  const power = Number(exponent) - fraction.length - shift;
  const spellings = [
    `${sign}${zeros}${digits}E${power}`,
    `${sign}${zeros}${digits}e${power >= 0 ? '+' : ''}${power}`,
    `${sign}${zeros}.${digits}E${power + digits.length}`,
    `${sign}${digits}.${zeros}E${power}`,
  ];
  return spellings[random(spellings.length)]!;
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((member) => ({ member, at: random(1 << 30) }))
    .sort((a, b) => a.at - b.at)
    .map(({ member }) => member);
}

export function generator(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
