import type { AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import type { AttributeMap, AttributeValue } from '../core/attributeValue';

/** Wire form to the SDK's: base64 text becomes bytes. Properties are defined, so that `__proto__` is a name like any other. */
export function toSdkItem(item: AttributeMap): Record<string, SdkValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toSdkValue(value)]));
}

function toSdkValue(value: AttributeValue): SdkValue {
  if ('B' in value) return { B: Buffer.from(value.B, 'base64') };
  if ('BS' in value) return { BS: value.BS.map((member) => Buffer.from(member, 'base64')) };
  if ('L' in value) return { L: value.L.map(toSdkValue) };
  if ('M' in value) return { M: toSdkItem(value.M) };
  return value;
}
