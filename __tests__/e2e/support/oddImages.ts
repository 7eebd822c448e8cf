import { digestOf } from '../../../core/digest';
import type { StoredImage } from '../../../core/image';

const deep = (levels: number) => `${'{"M":{"a":'.repeat(levels)}{"S":"x"}${'}}'.repeat(levels)}`;
/** As images of ours, with the digest that they have. */
const BODIES = [
  ...[
    'null',
    'true',
    '7',
    '""',
    '"text"',
    '[]',
    '[null]',
    '{',
    '',
    '{"Item":null}',
    '{"Item":7}',
    '{"Item":[]}',
    '{"Item":{}}',
  ],
  ...[
    '{"Item":{"id":null}}',
    '{"Item":{"id":7}}',
    '{"Item":{"id":{}}}',
    '{"Item":{"id":{"S":7}}}',
    '{"Item":{"id":{"X":"a"}}}',
  ],
  ...[
    '{"Item":{"id":{"N":"1e400"}}}',
    '{"Item":{"id":{"N":"one"}}}',
    '{"Item":{"id":{"S":"another"}}}',
    '{"Item":{"name":{"S":"no key"}}}',
  ],
  ...[
    '{"Item":{"id":{"SS":[]}}}',
    '{"Item":{"id":{"B":"?"}}}',
    '{"Item":{"id":{"L":{}}}}',
    '{"Item":{"id":{"M":null}}}',
    '{"item":{}}',
  ],
  ...[
    '{"Item":{"__proto__":{"S":"x"}}}',
    '\u0000',
    '\ufeff{}',
    '{"Item":{"id":{"S":"a"}}}{}',
    '<Error/>',
    'undefined',
    'NaN',
  ],
  ...[200, 20_000].flatMap((levels) => [
    `{"Item":{"a":${deep(levels)}}}`,
    `${'['.repeat(levels)}${']'.repeat(levels)}`,
  ]),
];
/** Plain JSON without any metadata, as of the predecessor. */
const PLAIN = [
  'null',
  '7',
  '[]',
  '{"id":1e400}',
  '{"a":-1e400}',
  '{"id":{"deep":"}',
  `{"id":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  ' '.repeat(17_000_000),
];
const GOOD_METADATA = {
  ...{ 'dcs-format': '1', 'dcs-event': 'INSERT', 'dcs-time': '2026-01-05T12:00:00Z', 'dcs-previous-digest': 'none' },
  ...{ 'dcs-stream-label': 'label', 'dcs-sequence-number': '7' },
};
/** Of an image whose body is right otherwise. */
const METADATA: Record<string, string>[] = [
  { 'dcs-format': '9' },
  { 'dcs-format': '' },
  { 'dcs-event': 'NONE' },
  { 'dcs-time': 'yesterday' },
  { 'dcs-time': '' },
  { 'dcs-digest': '0'.repeat(64) },
  { 'dcs-digest': 'x' },
  { 'dcs-previous-digest': 'x' },
  { 'dcs-sequence-number': '-1' },
  { 'dcs-sequence-number': '' },
  { 'dcs-stream-label': '' },
  { 'dcs-event': 'REMOVE' },
  { 'dcs-event': 'x'.repeat(1_500) },
];

/** Images that no version of ours wrote, each odd in one way of its own. */
export function oddImages(): readonly StoredImage[] {
  return [
    ...BODIES.map((body) => ({ body, metadata: { ...GOOD_METADATA, 'dcs-digest': digestOf(body) } })),
    ...PLAIN.map((body) => ({ body, metadata: {} })),
    ...METADATA.map((metadata) => {
      const body = '{"Item":{"id":{"S":"x"}}}';
      return { body, metadata: { ...GOOD_METADATA, 'dcs-digest': digestOf(body), ...metadata } };
    }),
  ];
}
