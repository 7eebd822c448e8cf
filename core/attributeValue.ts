/**
 * One attribute value in DynamoDB JSON, as it stands on the wire: in a stream record that Lambda receives, in an
 * export, in an image. Binary is base64 text, numbers are text.
 */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { B: string }
  | { BOOL: boolean }
  | { NULL: boolean }
  | { SS: string[] }
  | { NS: string[] }
  | { BS: string[] }
  | { L: AttributeValue[] }
  | { M: Record<string, AttributeValue> };

/** An item, or the keys of one, by attribute name. May have an own property called `__proto__`. */
export type AttributeMap = Record<string, AttributeValue>;

/** One attribute of an item; it may be called `__proto__` or `constructor`. */
export function attributeOf(item: AttributeMap, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}
