import { ServiceError } from './serviceError';
import { SignedClient, type SignedClientSettings } from './signedClient';
import type { HttpAnswer } from './transport';

/**
 * Makes one call of DynamoDB's API. What goes in and comes out is its wire form, DynamoDB JSON: numbers and binary are
 * text, and an attribute called `__proto__` is one like any other (the SDK's parser loses it).
 * An input that is text already is sent as it is.
 */
export type DynamoDbCaller = <Answer>(
  operation: string,
  input: object | string,
  signal?: AbortSignal,
) => Promise<Answer>;

export function signedDynamoDb(settings: Omit<SignedClientSettings, 'service' | 'errorOf'>): DynamoDbCaller {
  const client = new SignedClient({ ...settings, service: 'dynamodb', errorOf });
  return async <Answer>(operation: string, input: object | string, signal?: AbortSignal) => {
    const answer = await client.send({
      method: 'POST',
      path: '/',
      headers: [
        ['content-type', 'application/x-amz-json-1.0'],
        ['x-amz-target', `DynamoDB_20120810.${operation}`],
      ],
      body: Buffer.from(typeof input === 'string' ? input : JSON.stringify(input), 'utf8'),
      signal,
    });
    return jsonOf(answer) as Answer;
  };
}

function jsonOf({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (cause) {
    throw new Error('the answer is not JSON. Is the endpoint a DynamoDB endpoint?', { cause });
  }
}

function errorOf({ statusCode, headers, body }: HttpAnswer): ServiceError | undefined {
  if (statusCode >= 200 && statusCode < 300) return undefined;
  const { __type: type, message, Message } = refusalIn(body);
  const code = textOf(type)?.replace(/^.*#/, '') ?? 'UnknownError';
  const said = textOf(message) ?? textOf(Message) ?? `the status was ${statusCode}, without an explanation`;
  return new ServiceError(code, said, statusCode, headers);
}

/** What stands between us and DynamoDB may answer with anything. */
function refusalIn(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const json = JSON.parse(body.toString('utf8')) as unknown;
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
