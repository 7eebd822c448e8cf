/** Bytes before the message of an answer of gRPC: whether it is compressed, and its length. */
const FRAME_BYTES = 5;
/** `resource_schemas` and `data_source_schemas` of GetProviderSchema.Response (terraform-plugin-go, tfplugin5.proto). */
const SCHEMAS_BY_TYPE = [2, 3];
const LENGTH_DELIMITED = 2;

/**
 * The answer to GetSchema without the types that nobody asks for. Terraform reads all of it in every command: for the AWS
 * provider's 1,500 types that is seconds of computing, more than the command itself.
 *
 * @throws Error for what is not such an answer
 */
export function schemaOfTypes(body: Buffer, types: ReadonlySet<string>): Buffer {
  if (body[0] !== 0) throw new Error('the provider compresses its schema: expected it as it is');
  const kept = fieldsOf(body.subarray(FRAME_BYTES)).filter(
    ({ number, value }) => !SCHEMAS_BY_TYPE.includes(number) || types.has(keyOf(value)),
  );
  const message = Buffer.concat(kept.map(({ whole }) => whole));
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.writeUInt32BE(message.length, 1);
  return Buffer.concat([frame, message]);
}

interface Field {
  readonly number: number;
  readonly value: Buffer;
  /** With its tag and its length. */
  readonly whole: Buffer;
}

/** https://protobuf.dev/programming-guides/encoding/ */
function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length;) {
    const tag = varint(message, at);
    if ((tag.value & 7) !== LENGTH_DELIMITED) throw new Error(`a field of wire type ${tag.value & 7}; expected 2`);
    const length = varint(message, tag.end);
    const end = length.end + length.value;
    fields.push({
      number: tag.value >>> 3,
      value: message.subarray(length.end, end),
      whole: message.subarray(at, end),
    });
    at = end;
  }
  return fields;
}

/** Of an entry of a map: its first field. */
function keyOf(entry: Buffer): string {
  const [key] = fieldsOf(entry);
  if (key?.number !== 1) throw new Error('an entry of a map does not begin with its key');
  return key.value.toString();
}

function varint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start, bits = 0; at < bytes.length; at++, bits += 7) {
    value += (bytes[at]! & 127) * 2 ** bits;
    if (bytes[at]! < 128) return { value, end: at + 1 };
  }
  throw new Error('a number that does not end');
}
