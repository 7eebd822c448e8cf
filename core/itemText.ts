import { attributeOf, type AttributeMap, type AttributeValue } from './attributeValue';
import { madeWhenAsked } from './madeWhenAsked';

/**
 * The body of an image that is known to be an item in canonical form, without its JSON having been parsed: most of what is read is handed on
 * as the text that it is.
 */
export class ItemText {
  private parsed: AttributeMap | undefined;

  /** @param places of each attribute: where its name begins and ends, and its value */
  constructor(
    readonly body: string,
    private readonly places: readonly number[],
  ) {}

  /** The item as DynamoDB JSON: `{…}`. */
  get json(): string {
    return this.body.slice(HEAD.length, -1);
  }

  get item(): AttributeMap {
    this.parsed ??= (JSON.parse(this.body) as { Item: AttributeMap }).Item;
    return this.parsed;
  }

  /** One attribute, for which the others need not be parsed. */
  attribute(name: string): AttributeValue | undefined {
    const { body, places, parsed } = this;
    if (parsed) return attributeOf(parsed, name);
    for (let at = 0; at < places.length; at += 4) {
      const [start = 0, end = 0, valueStart, valueEnd] = [places[at], places[at + 1], places[at + 2], places[at + 3]];
      if (end - start === name.length && body.startsWith(name, start)) {
        return valueOf(body.slice(valueStart, valueEnd));
      }
    }
    return undefined;
  }
}

/** @param text in canonical form. Most keys are a text or a number, of which nothing has to be parsed where nothing is escaped. */
function valueOf(text: string): AttributeValue {
  if (!text.includes('\\')) {
    if (text.startsWith('{"S":"')) return { S: text.slice(PLAIN_START, PLAIN_END) };
    if (text.startsWith('{"N":"')) return { N: text.slice(PLAIN_START, PLAIN_END) };
  }
  return JSON.parse(text) as AttributeValue;
}

const [PLAIN_START, PLAIN_END] = ['{"S":"'.length, -'"}'.length];

/** The `item` of whatever has a `text`: parsed when somebody asks for it. */
export const ITEM_OF_TEXT = madeWhenAsked(({ text }: { readonly text: ItemText }) => text.item);

/**
 * Looks at each character of a body once. What it takes is to the byte what `imageBody` makes of the item in it, so whoever would parse it and
 * look at each value finds nothing wrong. Undefined says nothing: other bodies, and some rare canonical ones, have to be looked at by
 * `canonicalItem`.
 */
export function readItemText(body: string): ItemText | undefined {
  if (!body.startsWith(HEAD)) return undefined;
  const places: number[] = [];
  const end = new Scan(body).map(HEAD.length, 0, places);
  return end === body.length - 1 && body.charCodeAt(end) === CLOSE_BRACE ? new ItemText(body, places) : undefined;
}

const HEAD = '{"Item":';

/** Deeper ones are looked at by the reader that counts them. */
const MOST_LEVELS = 32;
/** Of as many digits no number is out of DynamoDB's range. */
const LONGEST_NUMBER = 100;

/** A string, or a surrogate: nothing else is outside of these. */
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];
const [MINUS, POINT, ZERO, NINE, EQUALS] = [0x2d, 0x2e, 0x30, 0x39, 0x3d];
const [SPACE, FIRST_SURROGATE, FIRST_LOW_SURROGATE, LAST_SURROGATE] = [0x20, 0xd800, 0xdc00, 0xdfff];

/** Answers where what begins at a place ends, or this. */
const NO = -1;

/** What may follow a backslash: JSON.stringify writes other characters in four digits, and those are rare. */
const ESCAPED = new Set(Buffer.from('"\\bfnrt'));

/** Values of base64 digits; NO for all else. */
const BASE64 = new Int8Array(128).fill(NO);
for (const [value, digit] of Buffer.from(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
).entries()) {
  BASE64[digit] = value;
}

class Scan {
  constructor(private readonly text: string) {}

  /** @param places filled where it is the item itself */
  map(from: number, level: number, places?: number[]): number {
    const { text } = this;
    if (text.charCodeAt(from) !== OPEN_BRACE) return NO;
    if (text.charCodeAt(from + 1) === CLOSE_BRACE) return from + 2;
    let [nameStart, nameEnd] = [0, 0];
    for (let at = from + 1; ;) {
      const start = at + 1;
      const end = this.plainString(at);
      if (end === NO || text.charCodeAt(end) !== COLON) return NO;
      if (nameStart > 0 && !this.isBelow(nameStart, nameEnd, start, end - 1)) return NO;
      [nameStart, nameEnd] = [start, end - 1];
      at = this.value(end + 1, level);
      if (at === NO) return NO;
      places?.push(nameStart, nameEnd, end + 1, at);
      const next = text.charCodeAt(at++);
      if (next === CLOSE_BRACE) return at;
      if (next !== COMMA) return NO;
    }
  }

  private value(from: number, level: number): number {
    const { text } = this;
    if (text.charCodeAt(from) !== OPEN_BRACE || text.charCodeAt(from + 1) !== QUOTE || level > MOST_LEVELS) return NO;
    const end = this.content(from + 2, level);
    return end !== NO && text.charCodeAt(end) === CLOSE_BRACE ? end + 1 : NO;
  }

  /** @param at behind the quote before the name of a type */
  private content(at: number, level: number): number {
    const { text } = this;
    const second = text.charCodeAt(at + 1);
    if (second === QUOTE) {
      if (text.charCodeAt(at + 2) !== COLON) return NO;
      return this.single(text[at], at + 3, level);
    }
    if (text.startsWith('SS":', at)) return this.set(at + 4, 'S');
    if (text.startsWith('NS":', at)) return this.set(at + 4, 'N');
    if (text.startsWith('BS":', at)) return this.set(at + 4, 'B');
    if (text.startsWith('BOOL":true', at)) return at + 10;
    if (text.startsWith('BOOL":false', at)) return at + 11;
    return text.startsWith('NULL":true', at) ? at + 10 : NO;
  }

  private single(type: string | undefined, at: number, level: number): number {
    switch (type) {
      case 'S':
        return this.string(at);
      case 'N':
        return this.number(at);
      case 'M':
        return this.map(at, level + 1);
      case 'L':
        return this.list(at, level + 1);
      case 'B':
        return this.binary(at);
      default:
        return NO;
    }
  }

  private list(from: number, level: number): number {
    const { text } = this;
    if (text.charCodeAt(from) !== OPEN_BRACKET) return NO;
    if (text.charCodeAt(from + 1) === CLOSE_BRACKET) return from + 2;
    for (let at = from + 1; ;) {
      at = this.value(at, level);
      if (at === NO) return NO;
      const next = text.charCodeAt(at++);
      if (next === CLOSE_BRACKET) return at;
      if (next !== COMMA) return NO;
    }
  }

  private set(from: number, type: 'S' | 'N' | 'B'): number {
    const { text } = this;
    if (text.charCodeAt(from) !== OPEN_BRACKET) return NO;
    let [before, beforeEnd] = [0, 0];
    for (let at = from + 1; ;) {
      const start = at + 1;
      const end = type === 'S' ? this.plainString(at) : type === 'N' ? this.number(at) : this.binary(at);
      if (end === NO || (before > 0 && !this.isBelow(before, beforeEnd, start, end - 1))) return NO;
      [before, beforeEnd] = [start, end - 1];
      at = end;
      const next = text.charCodeAt(at++);
      if (next === CLOSE_BRACKET) return at;
      if (next !== COMMA) return NO;
    }
  }

  private string(at: number): number {
    const { text } = this;
    if (text.charCodeAt(at++) !== QUOTE) return NO;
    for (;;) {
      const code = text.charCodeAt(at++);
      if (code === QUOTE) return at;
      if (code === BACKSLASH) {
        if (!ESCAPED.has(text.charCodeAt(at++))) return NO;
      } else if (code >= FIRST_SURROGATE && code <= LAST_SURROGATE) {
        const low = text.charCodeAt(at++);
        if (code >= FIRST_LOW_SURROGATE || !(low >= FIRST_LOW_SURROGATE && low <= LAST_SURROGATE)) return NO;
      } else if (!(code >= SPACE)) return NO;
    }
  }

  /** One in which nothing is escaped, so that its order is that of the text. */
  private plainString(from: number): number {
    const end = this.string(from);
    if (end === NO) return NO;
    for (let at = from + 1; at < end; at += 1) if (this.text.charCodeAt(at) === BACKSLASH) return NO;
    return end;
  }

  private number(from: number): number {
    const { text } = this;
    if (text.charCodeAt(from) !== QUOTE) return NO;
    const isNegative = text.charCodeAt(from + 1) === MINUS;
    const first = isNegative ? from + 2 : from + 1;
    let at = this.digits(first);
    const isZero = text.charCodeAt(first) === ZERO;
    if (at === first || (isZero && at > first + 1)) return NO;
    if (text.charCodeAt(at) === POINT) {
      const fraction = at + 1;
      at = this.digits(fraction);
      if (at === fraction || text.charCodeAt(at - 1) === ZERO) return NO;
    } else if (isZero && isNegative) return NO;
    return text.charCodeAt(at) === QUOTE && at - from <= LONGEST_NUMBER ? at + 1 : NO;
  }

  private digits(at: number): number {
    for (; ; at += 1) {
      const code = this.text.charCodeAt(at);
      if (!(code >= ZERO && code <= NINE)) return at;
    }
  }

  private binary(from: number): number {
    const { text } = this;
    if (text.charCodeAt(from) !== QUOTE) return NO;
    let at = from + 1;
    let last = 0;
    for (; ; at += 1) {
      const value = BASE64[text.charCodeAt(at)] ?? NO;
      if (value === NO) break;
      last = value;
    }
    const beyond = (at - from - 1) % 4;
    // The bits that a last digit has beyond the last byte are zeros.
    if (beyond === 1 || (beyond === 2 && (last & 15) !== 0) || (beyond === 3 && (last & 3) !== 0)) return NO;
    for (let padding = (4 - beyond) % 4; padding > 0; padding -= 1) if (text.charCodeAt(at++) !== EQUALS) return NO;
    return text.charCodeAt(at) === QUOTE ? at + 1 : NO;
  }

  /** By UTF-16 code unit. */
  private isBelow(aStart: number, aEnd: number, bStart: number, bEnd: number): boolean {
    const { text } = this;
    for (let [a, b] = [aStart, bStart]; b < bEnd; a += 1, b += 1) {
      if (a >= aEnd) return true;
      const difference = text.charCodeAt(a) - text.charCodeAt(b);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }
}
