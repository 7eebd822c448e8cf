const UNRESERVED = /^[\w.~-]*$/;
const UNRESERVED_AND_SLASH = /^[\w.~/-]*$/;

/** Percent-encodes UTF-8 bytes outside RFC 3986's unreserved set: the one encoding that Signature V4 knows. */
export function percentEncoded(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** An object key as a path: encoded once, never normalised. `//`, `.` and `..` are parts of a key like any others. */
export function encodedPath(objectKey: string): string {
  return UNRESERVED_AND_SLASH.test(objectKey) ? objectKey : percentEncoded(objectKey).replaceAll('%2F', '/');
}

/** A query that is its own canonical form: encoded, sorted by name, what is undefined left out. */
export function canonicalQuery(parameters: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined ? [] : [[percentEncoded(name), percentEncoded(value)] as const]))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
}
