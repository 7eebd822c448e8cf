import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DcsError } from '../../core/errors';
import { s3ClientConfig, type S3ClientSettings } from '../s3Client';
import type { AwsSettings } from '../awsSettings';
import { environmentAgents } from '../environmentAgents';
import { sdkClientConfig } from '../sdkClient';
import type { AccessKeySource } from './accessKeys';
import { signedDynamoDb, type DynamoDbCaller } from './signedDynamoDb';
import type { Endpoint } from './endpoint';
import { signedS3 } from './signedS3';
import type { AccessKeys } from './signature';
import type { SignedClient } from './signedClient';

/**
 * Signed clients that go where the SDK would go, with the keys that it would take: profiles, roles, FIPS and dual-stack
 * endpoints, endpoints of the environment and of the shared files, access points. The SDK prepares one call, which
 * is not sent, and it renews the keys. Both go through the proxies of the environment.
 */
export function signedS3As(settings: S3ClientSettings, bucket: string): SignedClient {
  const { connections = 128, attempts = 4 } = settings;
  return signedS3({ ...s3As(settings, bucket), agentFor: environmentAgent, connections, attempts });
}

export function signedDynamoDbAs(settings: AwsSettings, attempts: number): DynamoDbCaller {
  return signedDynamoDb({ ...dynamoDbAs(settings), agentFor: environmentAgent, connections: 64, attempts });
}

export function s3As(settings: S3ClientSettings, bucket: string): Prepared {
  const seen: Seen = {};
  const client = new S3Client(s3ClientConfig(settings));
  notice(client, seen);
  const endpoint = async () => {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return endpointOf(seen);
  };
  return { endpoint, accessKeys: keysOf(client.config.credentials) };
}

export function dynamoDbAs(settings: AwsSettings): Prepared {
  const seen: Seen = {};
  const client = new DynamoDBClient(sdkClientConfig(settings));
  notice(client, seen, '{}');
  const endpoint = async () => {
    await client.send(new ListTablesCommand({}));
    return endpointOf(seen);
  };
  return { endpoint, accessKeys: keysOf(client.config.credentials) };
}

interface Prepared {
  readonly endpoint: () => Promise<Endpoint>;
  readonly accessKeys: AccessKeySource;
}

function environmentAgent({ protocol }: URL, connections: number) {
  const agents = environmentAgents(connections);
  return protocol === 'http:' ? agents.http : agents.https;
}

interface PreparedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}
interface Seen {
  request?: PreparedRequest;
}

/** Has the client's calls answered before they are sent. Those that get its credentials are others, and are sent. */
function notice(client: { readonly middlewareStack: object }, seen: Seen, body = ''): void {
  const middleware = () => (args: { request: PreparedRequest }) => {
    seen.request = args.request;
    // One for each call: the SDK replaces its body by a stream.
    const response = { statusCode: 200, headers: {}, body: Buffer.from(body) };
    return Promise.resolve({ response, output: { $metadata: {} } });
  };
  (client.middlewareStack as Stack).add(middleware, { step: 'deserialize', priority: 'low', name: 'notice' });
}

/** As much of the SDK's middleware as is needed. */
interface Stack {
  add(
    middleware: () => (args: { request: PreparedRequest }) => Promise<object>,
    options: { step: 'deserialize'; priority: 'low'; name: string },
  ): void;
}

const SCOPE = /^AWS4-HMAC-SHA256 Credential=[^,]*\/\d{8}\/([^/]+)\/[^/]+\/aws4_request,/;

function endpointOf({ request }: Seen): Endpoint {
  const { protocol, hostname, port, path, headers } = request ?? ({ headers: {} } as PreparedRequest);
  const signingRegion = SCOPE.exec(headers.authorization ?? '')?.[1];
  if (signingRegion === undefined)
    throw new DcsError(`calls to ${hostname} are not signed with Signature V4, the only kind that dcs makes`);
  const origin = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`);
  return { origin, basePath: path.replace(/\/$/, ''), signingRegion };
}

type SdkProvider = (options?: { forceRefresh?: boolean }) => Promise<AccessKeys & { readonly expiration?: Date }>;

/** Renewed this long before they expire, as the SDK does. */
const RENEW_BEFORE_MS = 5 * 60 * 1000;

function keysOf(provider: unknown): AccessKeySource {
  let kept: Awaited<ReturnType<SdkProvider>> | undefined;
  return (again) => {
    if (kept && !again && !(Number(kept.expiration ?? Infinity) - Date.now() < RENEW_BEFORE_MS)) return kept;
    return (provider as SdkProvider)({ forceRefresh: again }).then((keys) => (kept = keys));
  };
}
