const ENTITIES: Readonly<Record<string, string>> = { amp: '&', apos: "'", gt: '>', lt: '<', quot: '"' };

/** The text of the first element of this name; undefined where there is none. */
export function elementText(xml: string, name: string): string | undefined {
  return elementReader(name)(xml);
}

/** The same for a name that is looked for in many texts. */
export function elementReader(name: string): (xml: string) => string | undefined {
  const read = escapedReader(name);
  return (xml) => {
    const text = read(xml);
    return text === undefined ? undefined : unescaped(text);
  };
}

/** The same, with entities as they are. */
export function escapedReader(name: string): (xml: string) => string | undefined {
  const tag = `<${name}>`;
  return (xml) => {
    const start = xml.indexOf(tag);
    if (start < 0) return undefined;
    const from = start + tag.length;
    const end = xml.indexOf('</', from);
    return end < 0 ? undefined : xml.slice(from, end);
  };
}

/** Text with its entities resolved. */
export function unescaped(escaped: string): string {
  if (!escaped.includes('&')) return escaped;
  return escaped.replace(
    /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      return ENTITIES[name ?? ''] ?? whole;
    },
  );
}
