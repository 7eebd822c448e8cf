import { s3TextStore } from '../../aws/textStore';
import { commandPartsOfFile, deploy, records } from './support/commandParts';
import { sourceSideOf } from './support/sourceSide';

const parts = commandPartsOfFile();

const LABEL = '2026-01-01T00:00:00.000';
const ARN = `arn:aws:dynamodb:eu-central-1:111111111111:table/users/stream/${LABEL}`;
const DEEP = `${'{"M":{"a":'.repeat(20_000)}{"S":"x"}${'}}'.repeat(20_000)}`;
const LISTS = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

/** A record of a right insert, as JSON text, with some of its text replaced. */
const record = (id: string, ...replaced: [string, string][]) =>
  replaced.reduce(
    (text, [from, to]) => {
      expect(text).toContain(from);
      return text.replace(from, () => to);
    },
    `{"eventName":"INSERT","eventSourceARN":"${ARN}","userIdentity":null,"dynamodb":{"ApproximateCreationDateTime":1767225600,` +
      `"Keys":{"id":{"S":"${id}"}},"NewImage":{"id":{"S":"${id}"},"n":{"N":"1"}},"SequenceNumber":"100","StreamViewType":"NEW_AND_OLD_IMAGES"}}`,
  );
const KEYS = (id: string) => `"Keys":{"id":{"S":"${id}"}},`;

/** Records none of which can be applied. */
const ODD_RECORDS: readonly ((id: string) => string)[] = [
  ...[
    'null',
    'true',
    '7',
    '""',
    '"text"',
    '[]',
    '[null]',
    '{}',
    '{"dynamodb":null}',
    '{"dynamodb":7}',
    LISTS,
    DEEP,
  ].map((text) => () => text),
  ...['', '"Keys":null,', '"Keys":7,', '"Keys":[],', '"Keys":{},', `"Keys":${LISTS},`, '"Keys":{"id":null},'].map(
    (keys) => (id: string) => record(id, [KEYS(id), keys]),
  ),
  ...[
    '{"id":{"S":7}},',
    '{"id":{"N":"1e400"}},',
    '{"id":{"N":"1"}},',
    `{"id":${DEEP}},`,
    '{"id":{"S":"\\ud800"}},',
  ].map((keys) => (id: string) => record(id, [KEYS(id), `"Keys":${keys}`])),
  ...['null', '7', '"text"', '[]', '{}', LISTS, '{"id":{"S":"another"}}', '{"id":null}'].map(
    (image) => (id: string) => record(id, [`{"id":{"S":"${id}"},"n":{"N":"1"}}`, image]),
  ),
  ...['{"N":"1e400"}', '{"N":1e400}', '{"N":"one"}', '{"N":null}', 'null', '{"X":1}', '{"SS":[]}', DEEP].map(
    (value) => (id: string) => record(id, ['{"N":"1"}', value]),
  ),
  ...['null', '7', '"seven"', '-1', '""', LISTS, '1e400', `"${'9'.repeat(41)}"`].map(
    (number) => (id: string) => record(id, ['"SequenceNumber":"100"', `"SequenceNumber":${number}`]),
  ),
  ...['"MERGE"', 'null', '7', LISTS, '"toString"'].map((event) => (id: string) => record(id, ['"INSERT"', event])),
  ...['null', '7', '"x"', LISTS, `"${ARN.replace('users', 'others')}"`].map(
    (arn) => (id: string) => record(id, [`"${ARN}"`, arn]),
  ),
  ...['x\\u0000', 'x\\r\\nx-amz-acl: public-read', 'ü', ''].map(
    (label) => (id: string) => record(id, [ARN, ARN.replace(LABEL, label)]),
  ),
];

const batch = (payload: string, info = `{"streamArn":"${ARN}","batchSize":1}`, more = '') =>
  `{"version":"1.0","timestamp":"2026-01-05T12:00:00.000Z"${more},"DDBStreamBatchInfo":${info},"payload":${payload}}`;
const events = (...all: string[]) => JSON.stringify(`{"Records":[${all.join(',')}]}`);

/** Objects that are no batch at all, or one with nothing in it. */
const ODD_BATCHES = [
  ...['', 'null', 'true', '7', '"text"', '[]', '{}', '{', LISTS, DEEP, 'undefined', '\u0000', '<Error/>'],
  ...['null', '7', '"null"', '"{"', '""', '[]', '"[]"', '"{\\"Records\\":null}"', '"{\\"Records\\":{}}"', LISTS].map(
    (it) => batch(it),
  ),
  ...['null', '7', '[]', '{}', '{"streamArn":null}', `{"streamArn":${LISTS}}`, '{"streamArn":"arn:aws:s3:::b"}'].map(
    (it) => batch(events(record('x')), it),
  ),
];

test('no odd record or batch stops a redrive, shows a stack, or keeps a good change from coming through', async () => {
  const deployment = await deploy(parts, 'oddBatches');
  const { bucket, images } = await sourceSideOf(deployment, parts, 'oddBatches');
  const texts = s3TextStore(bucket);
  const folder = 'aws/lambda/mapping/shardId-1/2026/01/05';
  const keys: string[] = [];
  const park = async (text: string) => {
    const key = `${folder}/${String(keys.length).padStart(3, '0')}`;
    keys.push(key);
    await texts.write(key, text);
    return key;
  };
  const good: string[] = [];
  for (const odd of ODD_RECORDS) {
    const n = keys.length;
    good.push(`good-${n}`, `after-${n}`);
    // What is odd stands between two that are right.
    const payload = events(record(`good-${n}`), odd(`odd-${n}`), record(`after-${n}`));
    await park(batch(payload, `{"streamArn":"${ARN}","batchSize":3}`));
  }
  for (const text of ODD_BATCHES) await park(text);
  for (const [n, size] of ['0', '2', '-1', '1.5', '1e400'].entries()) {
    good.push(`counted-${n}`);
    await park(batch(events(record(`counted-${n}`)), `{"streamArn":"${ARN}","batchSize":${size}}`));
  }
  const odd = keys.length;
  // Said oddly, and all there: done.
  for (const [n, who] of ['7', 'null', '{"a":1}', LISTS, '"\\r\\nx-amz-acl: public-read"'].entries()) {
    good.push(`by-${n}`);
    const identity = `"userIdentity":{"type":"Service","principalId":${who}}`;
    await park(batch(events(record(`by-${n}`, ['"userIdentity":null', identity]))));
  }
  for (const [n, said] of ['null', '"one"', LISTS].entries()) {
    good.push(`unsaid-${n}`);
    await park(
      batch(events(record(`unsaid-${n}`)), `{"streamArn":"${ARN}","batchSize":${said}}`, `,"timestamp":${said}`),
    );
  }

  const fine = keys.length - odd;
  for (const [args, state] of [
    [['--dry-run'], 'planned'],
    [[], 'done'],
    [[], 'done'],
  ] as const) {
    const { code, stdout, stderr } = await deployment.run(['redrive', '--json', ...args]);
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(3);
    const all = records(stdout);
    const left = new Set(all.filter(({ type }) => type === 'left').map((one) => one.batch));
    expect([...left].sort()).toEqual(keys.slice(0, odd));
    for (const { type, reason } of all) if (type === 'left') expect(String(reason).length).toBeLessThan(1_000);
    expect(all.at(-1)).toMatchObject({ type: 'redrive', left: odd });
    expect(all.filter((one) => one.type === 'batch' && one.state === state).length).toBe(
      args.length === 0 && all.at(-1)?.doneBefore === fine ? 0 : fine,
    );
  }
  for (const id of good) expect((await images.get(`users/${id}/image.json`)).body).toContain(`"${id}"`);
  const listed = await deployment.run(['redrive']);
  expect(listed.stdout + listed.stderr).not.toContain('    at ');
});
