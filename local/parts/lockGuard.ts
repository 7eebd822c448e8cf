import { request, type Agent, type IncomingMessage } from 'node:http';
import type { VersionLock } from '../../core/lockRenewal';
import { lockRefusal } from '../objectLock';
import type { S3Request } from './s3Request';

/** PutObjectRetention: moto does whatever it says. */
export function setsLock({ method, objectKey, query }: S3Request): boolean {
  return method === 'PUT' && objectKey !== '' && query.has('retention');
}

type Refusal = NonNullable<ReturnType<typeof lockRefusal>>;

/** What S3 answers instead of setting a lock; undefined where it sets it. */
export async function refusedLock(
  target: URL,
  agent: Agent,
  { url = '', headers }: IncomingMessage,
  body: Buffer,
): Promise<Refusal | undefined> {
  const isChecked = Object.keys(headers).some((name) => name === 'content-md5' || name.startsWith('x-amz-checksum-'));
  if (!isChecked) {
    const message = 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*';
    return { code: 'InvalidRequest', statusCode: 400, message };
  }
  const text = body.toString();
  const wanted = lockOf(inXml(text, 'Mode'), inXml(text, 'RetainUntilDate'));
  if (!wanted) return { code: 'MalformedXML', statusCode: 400, message: 'The XML you provided was not well-formed' };
  const version = url.replace(/([?&])retention(=[^&]*)?(&|$)/, '$1');
  const found = await head(target, agent, version, headers);
  return lockRefusal(
    lockOf(found['x-amz-object-lock-mode'], found['x-amz-object-lock-retain-until-date']),
    wanted,
    Date.now(),
  );
}

function head(
  { hostname, port }: URL,
  agent: Agent,
  path: string,
  { host, authorization, 'x-amz-date': date }: IncomingMessage['headers'],
): Promise<IncomingMessage['headers']> {
  return new Promise((resolve, reject) => {
    const sent = {
      ...(authorization && { authorization }),
      ...(host && { host }),
      ...(date && { 'x-amz-date': date }),
    };
    request({ agent, hostname, port, method: 'HEAD', path, headers: sent }, (answer) => {
      answer.resume();
      resolve(answer.headers);
    })
      .once('error', reject)
      .end();
  });
}

function lockOf(mode: string | string[] | undefined, until: string | string[] | undefined): VersionLock | undefined {
  const untilMs = Date.parse(String(until));
  if ((mode !== 'COMPLIANCE' && mode !== 'GOVERNANCE') || Number.isNaN(untilMs)) return undefined;
  return { mode, untilMs };
}

function inXml(xml: string, element: string): string | undefined {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
}
