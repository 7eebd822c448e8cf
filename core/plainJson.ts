import type { AttributeMap, AttributeValue } from './attributeValue';
import { canonicalNumber } from './canonicalNumber';

/**
 * An item as plain JSON text, for people. Numbers are written with all their digits, binary as base64; sets become
 * lists, so the types cannot be read back from it.
 *
 * @param indent spaces for each level; 0 writes one line
 */
export function plainJson(item: AttributeMap, indent = 0): string {
  return plainValue({ M: item }, indent);
}

/** One value as plain JSON text; see {@link plainJson}. */
export function plainValue(value: AttributeValue, indent = 0, level = 0): string {
  const inside = (member: AttributeValue) => plainValue(member, indent, level + 1);
  if ('S' in value) return JSON.stringify(value.S);
  if ('N' in value) return canonicalNumber(value.N);
  if ('B' in value) return JSON.stringify(value.B);
  if ('BOOL' in value) return String(value.BOOL);
  if ('NULL' in value) return 'null';
  const layout = { indent, level };
  if ('M' in value) {
    const colon = indent === 0 ? ':' : ': ';
    const entries = Object.entries(value.M).map(([name, member]) => JSON.stringify(name) + colon + inside(member));
    return bracketed(entries, '{}', layout);
  }
  if ('L' in value) return bracketed(value.L.map(inside), '[]', layout);
  if ('NS' in value) return bracketed(value.NS.map(canonicalNumber), '[]', layout);
  return bracketed(
    ('SS' in value ? value.SS : value.BS).map((member) => JSON.stringify(member)),
    '[]',
    layout,
  );
}

function bracketed(
  members: string[],
  [open, close]: string,
  { indent, level }: { indent: number; level: number },
): string {
  if (members.length === 0 || indent === 0) return `${open ?? ''}${members.join(',')}${close ?? ''}`;
  const newLine = `\n${' '.repeat(indent * (level + 1))}`;
  return `${open ?? ''}${newLine}${members.join(`,${newLine}`)}\n${' '.repeat(indent * level)}${close ?? ''}`;
}
