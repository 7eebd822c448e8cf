import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DcsError } from '../../core/errors';
import { s3ClientConfig, type S3ClientSettings } from '../s3Client';
import type { AwsSettings } from '../awsSettings';
import type { AccessKeySource } from './accessKeys';
import { signedDynamoDb, type DynamoDbCaller } from './dynamoDb';
import type { Endpoint } from './endpoint';
import { signedS3 } from './s3Calls';
import type { AccessKeys } from './signature';
import type { SignedClient } from './signedClient';

/**
 * Signed clients that go where the SDK would go, with the keys that it would take: profiles, roles, FIPS and dual-stack
 * endpoints, endpoints of the environment and of the shared files, access points. The SDK prepares one call, which
 * is not sent, and it renews the keys. Neither of the two reads proxies from the environment.
 */
export function signedS3As(settings: S3ClientSettings, bucket: string): SignedClient {
  const { connections = 128, attempts = 4 } = settings;
  const seen: Seen = {};
  const client = new S3Client({ ...s3ClientConfig(settings), requestHandler: noticing(seen) });
  const endpoint = async () => {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return endpointOf(seen);
  };
  return signedS3({ endpoint, accessKeys: keysOf(client.config.credentials), connections, attempts });
}

export function signedDynamoDbAs(settings: AwsSettings, attempts: number): DynamoDbCaller {
  const seen: Seen = {};
  const client = new DynamoDBClient({ ...settings, requestHandler: noticing(seen, '{}') });
  const endpoint = async () => {
    await client.send(new ListTablesCommand({}));
    return endpointOf(seen);
  };
  return signedDynamoDb({ endpoint, accessKeys: keysOf(client.config.credentials), connections: 64, attempts });
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

/** A request handler of the SDK's that keeps what it is given, and answers by itself. */
function noticing(seen: Seen, body = '') {
  return {
    handle(request: PreparedRequest) {
      seen.request = request;
      return Promise.resolve({ response: { statusCode: 200, headers: {}, body: Buffer.from(body) } });
    },
  } as never;
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
