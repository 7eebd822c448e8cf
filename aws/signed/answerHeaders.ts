import { remembered } from '../../core/remembered';

const inLowerCase = remembered((name) => name.toLowerCase());

export const METADATA = 'x-amz-meta-';
/** Empty for a header that is no metadata. */
const metadataName = remembered((name) =>
  name.toLowerCase().startsWith(METADATA) ? inLowerCase(name.slice(METADATA.length)) : '',
);

/**
 * The headers of an answer, by names in lower case. What came more than once is one value, with commas. Most of them are
 * never asked for, so nothing is made of them before.
 */
export class AnswerHeaders {
  /** @param raw names and values in turn, as Node.js has them */
  constructor(private readonly raw: readonly string[]) {}

  get(name: string): string | undefined {
    const { raw } = this;
    let value: string | undefined;
    for (let at = 0; at + 1 < raw.length; at += 2) {
      const [given = '', more = ''] = [raw[at], raw[at + 1]];
      // To compare lengths costs less than to look a name up.
      if (given.length === name.length && inLowerCase(given) === name) value = joined(value, more);
    }
    return value;
  }

  /** What S3 tells of an object by `x-amz-meta-`, by the rest of the name. */
  metadata(): Record<string, string> {
    const { raw } = this;
    const metadata: Record<string, string> = {};
    for (let at = 0; at + 1 < raw.length; at += 2) {
      const name = metadataName(raw[at] ?? '');
      if (name === '') continue;
      metadata[name] = joined(Object.hasOwn(metadata, name) ? metadata[name] : undefined, raw[at + 1] ?? '');
    }
    return metadata;
  }
}

function joined(before: string | undefined, more: string): string {
  return before === undefined ? more : `${before}, ${more}`;
}
