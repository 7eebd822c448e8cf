import { Readable } from 'node:stream';

interface Response {
  body?: unknown;
  statusCode: number;
}
interface MiddlewareStack {
  add(
    middleware: (
      next: (args: never) => Promise<{ response: unknown }>,
    ) => (args: never) => Promise<{ response: unknown }>,
    options: { step: 'deserialize'; priority: 'low'; name: string },
  ): void;
}

/**
 * Sends a command and returns the body of the answer as the service wrote it (DynamoDB JSON: base64 text for binary).
 *
 * The client's own parser loses an item's top-level attribute called `__proto__` (seen with client-dynamodb 3.1164.0:
 * the property is there, its value is undefined). What is read for a backup goes past that parser; retries, signing and
 * errors remain the client's.
 */
export async function sendForWireJson<Wire>(
  client: { send(command: never): Promise<unknown> },
  command: { middlewareStack: unknown },
): Promise<Wire> {
  let wire: Wire | undefined;
  (command.middlewareStack as MiddlewareStack).add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as Response;
      const body = await bytesOf(response.body);
      if (response.statusCode < 300) wire = JSON.parse(body.toString('utf8')) as Wire;
      response.body = Readable.from([body]);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'keepWireJson' },
  );
  await client.send(command as never);
  if (wire === undefined)
    throw new Error('the answer had no body; expected JSON. Is the endpoint a DynamoDB endpoint?');
  return wire;
}

async function bytesOf(body: unknown): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
