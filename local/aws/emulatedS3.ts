import { request, type Agent, type OutgoingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { SILENCE_TIMEOUT_MS } from '../../aws/awsSettings';
import type { S3ClientSettings } from '../../aws/s3Client';
import { directAgent } from '../../aws/keptConnections';
import { encodedPath, ServiceError } from '../../aws/signed';
import { inS3 } from '../../aws/s3Error';
import type { AssumedCredentials } from './roleCredentials';

/** An account's S3 in an emulator. */
export interface EmulatedAccount extends S3ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: AssumedCredentials;
}

export interface EmulatedAnswer {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface EmulatedRequest {
  readonly bucket: string;
  readonly objectKey: string;
  readonly versionId?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer;
}

const CONNECTIONS = 64;

/**
 * Calls of S3 among its own, at a fifth of what the SDK's cost. The signature is none: moto looks only at whose key it
 * names. Nothing is tried again.
 */
export class EmulatedS3 {
  private readonly place: { readonly hostname: string; readonly port: string; readonly agent: Agent };
  private readonly authorization: string;

  constructor(
    { endpoint, region, credentials: { accessKeyId } }: EmulatedAccount,
    private readonly longestSilenceMs = SILENCE_TIMEOUT_MS,
  ) {
    const { protocol, hostname, port } = new URL(endpoint);
    this.place = { hostname, port, agent: directAgent(protocol, CONNECTIONS) };
    const scope = `${accessKeyId}/20060301/${region}/s3/aws4_request`;
    this.authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`;
  }

  /** @throws S3Error */
  send(
    method: 'GET' | 'PUT',
    { bucket, objectKey, versionId, headers, body }: EmulatedRequest,
  ): Promise<EmulatedAnswer> {
    const query = versionId === undefined ? '' : `?versionId=${encodeURIComponent(versionId)}`;
    const path = `/${bucket}/${encodedPath(objectKey)}${query}`;
    const length = body && { 'content-length': body.length };
    const sent = { ...headers, ...length, authorization: this.authorization };
    return inS3(method, bucket, objectKey, () => this.answered(method, path, sent, body));
  }

  private answered(method: string, path: string, headers: OutgoingHttpHeaders, body?: Buffer): Promise<EmulatedAnswer> {
    const timeout = this.longestSilenceMs;
    return new Promise((resolve, reject) => {
      const sent = request({ ...this.place, method, path, headers, timeout }, (answer) => {
        const { statusCode = 500 } = answer;
        const given = answer.headers as Record<string, string>;
        buffer(answer).then((read) => {
          if (statusCode < 300) resolve({ headers: given, body: read });
          else reject(refusal(statusCode, given, read.toString()));
        }, reject);
      });
      sent.once('timeout', () => sent.destroy(new Error(`nothing moved for ${timeout} ms`)));
      sent.once('error', reject).end(body);
    });
  }
}

function refusal(statusCode: number, headers: Record<string, string>, xml: string): ServiceError {
  const inXml = (element: string) => new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
  const message = inXml('Message') ?? `the status was ${statusCode}`;
  return new ServiceError(inXml('Code') ?? 'UnknownError', message, statusCode, new Map(Object.entries(headers)));
}
