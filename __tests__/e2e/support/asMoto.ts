import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** A request to S3. `{n}` in a path is the n-th version id that the server has named. */
export type RawRequest = readonly [
  method: string,
  path: string,
  headers?: Readonly<Record<string, string>>,
  body?: string,
];

const BUCKETS = ['compared', 'unversioned'];
const KEYS = [
  'users/1/image.json',
  'users/a%20b+c%2B/%C3%BC',
  'users/%26%3C%3E%22;=,:@/%25~()',
  'a//b',
  '../x',
  'moto-api',
];
const JSON_BODY = '{"Item":{"a":{"S":"x"}}}';
const META = { 'X-Amz-Meta-Dcs-Event': 'MODIFY', 'x-amz-meta-dcs-format': '1', 'content-type': 'application/json' };
const LOCATION =
  '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>';
const VERSIONED =
  '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>';
const CHUNKS = '4\r\nabcd\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n';

/** What clients of S3 ask for, and what they get wrong, one after the other. */
export const REQUESTS: readonly RawRequest[] = [
  ...BUCKETS.map((bucket): RawRequest => ['PUT', `/${bucket}`, {}, LOCATION]),
  ['PUT', '/compared?versioning', {}, VERSIONED],
  ...BUCKETS.flatMap((bucket) => KEYS.flatMap((key) => onObject(`/${bucket}/${key}`))),
  ...[1, 2, 3, 99].flatMap((n): RawRequest[] => [
    ['GET', `/compared/users/1/image.json?versionId={${n}}`],
    ['HEAD', `/compared/users/1/image.json?versionId={${n}}`],
  ]),
  ...[...BUCKETS, 'not-there'].flatMap((bucket) =>
    [
      ...['versions', 'versions&prefix=users%2Fa+b', 'versions&prefix=users%2Fa%20b%2Bc', 'versions&max-keys=3'],
      ...[
        'versions&delimiter=%2F&encoding-type=url',
        'versions&prefix=nothing',
        'list-type=2',
        'list-type=2&fetch-owner=true',
      ],
      ...[
        'list-type=2&max-keys=2&encoding-type=url',
        'list-type=2&delimiter=%2F&prefix=users%2F',
        '',
        'versioning',
        'policy',
      ],
    ].map((query): RawRequest => ['GET', `/${bucket}?${query}`]),
  ),
  ['HEAD', '/compared'],
  ['HEAD', '/not-there'],
  ['PUT', '/compared/chunks', { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }, CHUNKS],
  ['GET', '/compared/chunks'],
  ['PUT', '/compared/form', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'],
  ['PUT', '/compared/cold', { 'x-amz-storage-class': 'GLACIER' }, 'x'],
  ['GET', '/compared/cold'],
  ['PUT', '/compared/cold', { 'x-amz-storage-class': 'NO_SUCH' }, 'x'],
  ['POST', '/compared?delete', {}, '<Delete><Object><Key>form</Key></Object></Delete>'],
];

function onObject(path: string): RawRequest[] {
  return [
    ['PUT', path, META, JSON_BODY],
    ['PUT', `${path}?x-id=PutObject`, { 'cache-control': 'no-cache', 'x-amz-tagging': 'a=b&c=d' }, `${JSON_BODY} `],
    ['PUT', path, { 'if-none-match': '*' }, JSON_BODY],
    ['PUT', path, { 'if-match': '"x"' }, JSON_BODY],
    ['GET', path],
    ['HEAD', path],
    ['GET', path, { range: 'bytes=2-5' }],
    ['GET', path, { range: 'bytes=900-' }],
    ['GET', path, { 'if-match': '"x"' }],
    ['GET', path, { 'if-none-match': '"x"' }],
    ['GET', `${path}?tagging`],
    ['GET', `${path}?versionId=not-there`],
    ['PUT', `${path}-copy`, { 'x-amz-copy-source': path }, ''],
    ['DELETE', `${path}-copy`],
    ['GET', `${path}-copy`],
    ['HEAD', `${path}-copy`],
  ];
}

const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=AKIAABCDEFGHIJKLMNOP/20261127/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0';
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const OF_THE_SERVER = ['date', 'server', 'connection', 'x-amzn-requestid'];

/** Sends requests to one server. Ids and times in its answers become names, so that those of two servers can be compared. */
export function asker(endpoint: string): (request: RawRequest) => Promise<unknown> {
  const versionIds: string[] = [];
  const named = (said: string) =>
    said
      .replace(UUID, (id) => `{${versionIds.includes(id) ? versionIds.indexOf(id) : versionIds.push(id) - 1}}`)
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT/g, '{time}')
      .replace(/<RequestId>[^<]*/g, '<RequestId>');
  return async ([method, path, headers, body]) => {
    const known = path.replace(/\{(\d+)\}/g, (name, n: string) => versionIds[Number(n)] ?? name);
    const sent = request(`${endpoint}${known}`, {
      method,
      headers: { ...headers, host: '127.0.0.1:9000', authorization: AUTHORIZATION },
    });
    const [answer] = (await once(sent.end(body), 'response')) as [IncomingMessage];
    return { status: answer.statusCode, headers: told(answer.headers, named), body: named(await text(answer)) };
  };
}

function told(headers: IncomingHttpHeaders, named: (said: string) => string): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !OF_THE_SERVER.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, named(String(value))]));
}
