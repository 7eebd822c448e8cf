import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { ACCESS_DENIED, RESET_AFTER, RESET_BEFORE, SLOW_DOWN } from '../../../local/parts/s3Faults';
import { MOST_CONNECTIONS, startS3Gateway, type NewVersion, type S3Gateway } from '../../../local/parts/s3Gateway';

interface Seen {
  readonly method?: string;
  readonly url?: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

let s3: Server;
let seen: Seen[];
let answer: (request: Seen, response: ServerResponse) => void;
let gateway: S3Gateway;

beforeEach(async () => {
  seen = [];
  answer = (_, response) => response.end();
  s3 = createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    // A body that breaks off is none of S3's.
    void buffer(incoming).then(
      (body) => {
        seen.push({ method, url, headers, body });
        answer({ method, url, headers, body }, response);
      },
      () => undefined,
    );
  });
  s3.listen(0, '127.0.0.1');
  await once(s3, 'listening');
  gateway = await startS3Gateway(`http://127.0.0.1:${(s3.address() as AddressInfo).port}`);
});
afterEach(async () => {
  await gateway.stop();
  s3.closeAllConnections();
  s3.close();
});

interface Answer {
  readonly statusCode?: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

async function send(
  method: string,
  path: string,
  { headers = {}, body, agent }: { headers?: Record<string, string>; body?: Buffer; agent?: Agent } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(gateway.endpoint);
  const outgoing = request({ hostname, port, method, path, headers, agent });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { statusCode: response.statusCode, headers: response.headers, body: await buffer(response) };
}

const isVersioned = (versionId: string) => (_: Seen, response: ServerResponse) =>
  response.writeHead(200, { 'x-amz-version-id': versionId }).end('image');

test('requests and answers pass through byte by byte, with paths and host as they came', async () => {
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  answer = ({ body }, response) =>
    response.writeHead(206, { 'x-amz-meta-dcs-digest': 'd', etag: '"e"' }).end(Buffer.from(body).reverse());
  const path = '/images/users/a%2Fb%20%C3%BC/%2e%2e/image.json?x-id=PutObject&versionId=%2B';
  const headers = { host: 'images.example', 'x-amz-meta-dcs-event': 'INSERT', 'content-md5': 'm' };
  const answered = await send('PUT', path, { headers, body: everyByte });

  expect(seen).toMatchObject([{ method: 'PUT', url: path, headers, body: everyByte }]);
  expect(answered).toMatchObject({
    statusCode: 206,
    headers: { 'x-amz-meta-dcs-digest': 'd', etag: '"e"' },
    body: Buffer.from(everyByte).reverse(),
  });
});

test('bodies stream in both directions', async () => {
  const large = Buffer.alloc(8 << 20, 'x');
  answer = ({ body }, response) => {
    response.write(body.subarray(0, 1 << 20));
    response.end(body.subarray(1 << 20));
  };
  const answered = await send('PUT', '/images/large', { headers: { 'transfer-encoding': 'chunked' }, body: large });
  expect(answered.body.equals(large)).toBe(true);
  expect(seen[0]?.headers['transfer-encoding']).toBe('chunked');
});

test('the client keeps its connection, although S3 closes its own', async () => {
  answer = (_, response) => response.writeHead(200, { connection: 'close' }).end();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const first = await send('GET', '/images/a', { agent });
  expect(first.headers.connection).not.toBe('close');
  agent.destroy();
});

test('new versions are told before the client has its answer, in the order of completion', async () => {
  const told: NewVersion[] = [];
  gateway.hooks = { onNewVersion: (version) => told.push(version) };
  const waiting: (() => void)[] = [];
  answer = ({ url = '' }, response) => {
    const end = () => isVersioned(`version of ${url}`)({ headers: {}, body: Buffer.of() }, response);
    if (url === '/images/first') waiting.push(end);
    else end();
  };
  const first = send('PUT', '/images/first');
  await send('PUT', '/images/second');
  expect(told.map(({ objectKey }) => objectKey)).toEqual(['second']);
  waiting[0]?.();
  await first;
  expect(told).toEqual(
    ['second', 'first'].map((objectKey) => ({
      bucket: 'images',
      objectKey,
      versionId: `version of /images/${objectKey}`,
      isDeleteMarker: false,
    })),
  );
});

test('the delete markers of DeleteObjects are told, and the answer stays as it is', async () => {
  const told: NewVersion[] = [];
  gateway.hooks = { onNewVersion: (version) => told.push(version) };
  const body = `<DeleteResult><Deleted><Key>k</Key><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>m1</DeleteMarkerVersionId></Deleted></DeleteResult>`;
  answer = (_, response) => response.end(body);
  expect((await send('POST', '/images?delete=', { body: Buffer.from('<Delete/>') })).body.toString()).toBe(body);
  expect(told).toEqual([{ bucket: 'images', objectKey: 'k', versionId: 'm1', isDeleteMarker: true }]);
});

test('HEAD and GET of an object carry its replication status, with or without version id', async () => {
  gateway.hooks = { replicationStatus: (objectKey, versionId) => Promise.resolve(`${objectKey} at ${versionId}`) };
  answer = isVersioned('v1');
  for (const [method, path] of [
    ['GET', '/images/k?x-id=GetObject'],
    ['HEAD', '/images/k'],
    ['GET', '/images/k?versionId=v1&response-content-type=text%2Fplain'],
  ] as const)
    expect((await send(method, path)).headers['x-amz-replication-status']).toBe('k at v1');
});

test('nothing else carries one: writes, tags, errors, objects that no rule concerns', async () => {
  gateway.hooks = { replicationStatus: (objectKey) => (objectKey === 'none' ? undefined : 'COMPLETED') };
  answer = isVersioned('v1');
  for (const [method, path] of [
    ['PUT', '/images/k'],
    ['GET', '/images/k?tagging='],
    ['GET', '/images/none'],
  ] as const)
    expect((await send(method, path)).headers).not.toHaveProperty('x-amz-replication-status');
  answer = (_, response) => response.writeHead(404, { 'x-amz-version-id': 'v1' }).end();
  expect((await send('GET', '/images/k')).headers).not.toHaveProperty('x-amz-replication-status');
});

describe('faults', () => {
  test('an error is answered as S3 does, and S3 sees nothing', async () => {
    gateway.faults = ({ method }) => (method === 'PUT' ? SLOW_DOWN : ACCESS_DENIED);
    const put = await send('PUT', '/images/k', { body: Buffer.alloc(1 << 20) });
    expect(put).toMatchObject({ statusCode: 503, headers: { 'content-type': 'application/xml' } });
    expect(put.body.toString()).toContain('<Code>SlowDown</Code>');
    expect(await send('HEAD', '/images/k')).toMatchObject({ statusCode: 403, body: Buffer.of() });
    expect(seen).toEqual([]);
  });

  test('a reset before: S3 sees nothing, and no version is told', async () => {
    const told: NewVersion[] = [];
    gateway.hooks = { onNewVersion: (version) => told.push(version) };
    gateway.faults = () => RESET_BEFORE;
    await expect(send('PUT', '/images/k')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect([seen, told]).toEqual([[], []]);
  });

  test('a reset after: S3 has done it, and the version is told', async () => {
    const told: NewVersion[] = [];
    gateway.hooks = { onNewVersion: (version) => told.push(version) };
    gateway.faults = () => RESET_AFTER;
    answer = isVersioned('v1');
    await expect(send('PUT', '/images/k')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(seen).toHaveLength(1);
    expect(told).toMatchObject([{ versionId: 'v1' }]);
  });

  test('a delay: the request is carried out afterwards', async () => {
    gateway.faults = () => ({ kind: 'delay', milliseconds: 1 });
    answer = isVersioned('v1');
    expect((await send('GET', '/images/k')).body.toString()).toBe('image');
  });

  test('a hold: the request is carried out when that has happened', async () => {
    const events: string[] = [];
    let happen: () => void = () => undefined;
    const until = new Promise<void>((resolve) => (happen = resolve)).then(() => events.push('happened'));
    let seenIt: () => void = () => undefined;
    const isThere = new Promise<void>((resolve) => (seenIt = resolve));
    gateway.faults = () => {
      seenIt();
      return { kind: 'hold', until };
    };
    answer = isVersioned('v1');
    const answered = send('GET', '/images/k').then(() => events.push('answered'));
    await isThere;
    happen();
    await answered;
    expect(events).toEqual(['happened', 'answered']);
  });

  test('the plan is asked once for each request, with what it needs to decide', async () => {
    const asked: string[] = [];
    gateway.faults = ({ method, bucket, objectKey, query, headers }) => {
      asked.push([method, bucket, objectKey, query.get('versionId'), headers['x-amz-meta-dcs-event']].join(' '));
      return undefined;
    };
    await send('GET', '/images/a%20b?versionId=v1', { headers: { 'x-amz-meta-dcs-event': 'INSERT' } });
    expect(asked).toEqual(['GET images a b v1 INSERT']);
  });

  test('a mistake in the plan is seen by the client, not taken for a lost connection', async () => {
    gateway.faults = () => {
      throw new TypeError('no <plan>');
    };
    const answered = await send('GET', '/images/k');
    expect(answered.statusCode).toBe(400);
    expect(answered.body.toString()).toContain('<Code>LocalGatewayError</Code><Message>TypeError: no &#60;plan&#62;');
  });
});

test('a client that breaks off takes its request to S3 along', async () => {
  const { hostname, port } = new URL(gateway.endpoint);
  const arrived = once(s3, 'request') as Promise<[IncomingMessage]>;
  const outgoing = request({ hostname, port, method: 'PUT', path: '/images/k', headers: { 'content-length': '100' } });
  outgoing.on('error', () => undefined);
  outgoing.write('half');
  const [onward] = await arrived;
  const brokenOff = new Promise((resolve) => onward.once('close', resolve));
  outgoing.destroy();
  await brokenOff;
  expect(seen).toEqual([]);
});

/** Answers that the gateway gives by itself: what happened to a connection before is known to it after a few of them. */
async function waysThereAndBack(): Promise<void> {
  const { faults } = gateway;
  gateway.faults = () => SLOW_DOWN;
  for (let trip = 0; trip < 5; trip++) await send('GET', '/images/k');
  gateway.faults = faults;
}

test.each([
  ['PUT', Buffer.from('image')],
  ['DELETE', undefined],
])('a %s that is held while its client gives up never comes to S3, and leaves no connection', async (method, body) => {
  let happen: () => void = () => undefined;
  const until = new Promise<void>((resolve) => (happen = resolve));
  const isHeld = new Promise<void>((resolve) => {
    gateway.faults = () => {
      resolve();
      return { kind: 'hold', until };
    };
  });
  const { hostname, port } = new URL(gateway.endpoint);
  const headers = body && { 'content-length': body.length };
  const givenUp = request({ hostname, port, method, path: '/images/given-up', headers }).on('error', () => undefined);
  givenUp.end(body);
  await isHeld;
  givenUp.destroy();
  await waysThereAndBack();
  gateway.faults = () => undefined;
  happen();
  await send('GET', '/images/next');
  await send('GET', '/images/last');
  expect(seen.map(({ url }) => url)).toEqual(['/images/next', '/images/last']);
  const connections = await new Promise((resolve) => s3.getConnections((_, count) => resolve(count)));
  expect(connections).toBe(1);
});

test('what still waits for its turn when its client gives up never comes to S3', async () => {
  const held: ServerResponse[] = [];
  let isFull: () => void = () => undefined;
  const full = new Promise<void>((resolve) => (isFull = resolve));
  answer = (_, response) => {
    if (held.push(response) === MOST_CONNECTIONS) isFull();
  };
  const before = Array.from({ length: MOST_CONNECTIONS }, () => send('PUT', '/images/k'));
  await full;
  let waits: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => (waits = resolve));
  let moreWaits: () => void = () => undefined;
  const moreWaiting = new Promise<void>((resolve) => (moreWaits = resolve));
  gateway.faults = ({ objectKey }) => {
    if (objectKey === 'next') moreWaits();
    else waits();
    return undefined;
  };
  const { hostname, port } = new URL(gateway.endpoint);
  const givenUp = request({ hostname, port, method: 'PUT', path: '/images/given-up' }).on('error', () => undefined);
  givenUp.end();
  await waiting;
  const next = send('PUT', '/images/next');
  await moreWaiting;
  givenUp.destroy();
  await waysThereAndBack();
  gateway.faults = () => undefined;
  answer = (_, response) => response.end();
  for (const response of held) response.end();
  await Promise.all([...before, next]);
  await send('PUT', '/images/last');
  expect(seen.slice(MOST_CONNECTIONS).map(({ url }) => url)).toEqual(['/images/next', '/images/last']);
});

test('an S3 that breaks off in the middle of an answer breaks the connection of the client too', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
  };
  await expect(send('GET', '/images/k')).rejects.toThrow('aborted');
});

test('so does one that breaks off while the replication status is awaited', async () => {
  let inS3: ServerResponse | undefined;
  answer = (_, response) => {
    inS3 = response.writeHead(200, { 'x-amz-version-id': 'v1', 'content-length': '100' });
    response.write('half');
  };
  const replicationStatus = async () => {
    inS3?.destroy();
    await waysThereAndBack();
    return 'COMPLETED';
  };
  gateway.hooks = { replicationStatus };
  await expect(send('GET', '/images/k')).rejects.toThrow(/aborted|hang up/);
});

test('a client that goes away in the middle of an answer lets S3 go too', async () => {
  const begun = new Promise<ServerResponse>((resolve) => {
    answer = (_, response) =>
      response.writeHead(200, { 'content-length': '100' }).write('half', () => resolve(response));
  });
  const { hostname, port } = new URL(gateway.endpoint);
  const outgoing = request({ hostname, port, path: '/images/k' }).on('error', () => undefined);
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  response.on('error', () => undefined).destroy();
  await new Promise((resolve) => void begun.then((inS3) => inS3.once('close', resolve)));
});

test('an S3 that is gone is a broken connection', async () => {
  s3.closeAllConnections();
  await new Promise((resolve) => s3.close(resolve));
  await expect(send('GET', '/images/k')).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('it listens on the loopback address only', async () => {
  const { port } = new URL(gateway.endpoint);
  const others = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ internal, family }) => !internal && family === 'IPv4'),
  );
  for (const { address } of others) {
    const [error] = (await once(connect(Number(port), address), 'error')) as [Error];
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  }
  expect((await send('GET', '/images/k')).statusCode).toBe(200);
});

test('it can be stopped in the middle of a request, and once more', async () => {
  answer = () => undefined; // S3 never answers
  const arrived = once(s3, 'request');
  const broken = expect(send('GET', '/images/k')).rejects.toThrow();
  await arrived;
  await gateway.stop();
  await gateway.stop();
  await broken;
});
