export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function list(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}

/** Text that is the same for two values that mean the same: keys in order, and nothing of what is empty or not set. */
export function canonical(value: Json | undefined): string {
  return JSON.stringify(pruned(value ?? null) ?? null);
}

function pruned(value: Json): Json | undefined {
  if (value === null || value === '') return undefined;
  if (Array.isArray(value)) {
    const members = (value as readonly Json[]).flatMap((member) => pruned(member) ?? []);
    return members.length === 0 ? undefined : members;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value)
    .map(([key, member]) => [key, pruned(member)] as const)
    .filter((entry): entry is readonly [string, Json] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Whether anything at or below a place of `after_unknown` is only known after the apply. */
export function holdsTrue(value: Json | undefined): boolean {
  if (Array.isArray(value)) return (value as readonly Json[]).some(holdsTrue);
  return isObject(value) ? Object.values(value).some(holdsTrue) : value === true;
}

/** A block: Terraform gives a list of one. */
export function block(value: Json | undefined, ...path: readonly string[]): JsonObject {
  const first = list(value)[0];
  const here = isObject(first) ? first : {};
  const [step, ...rest] = path;
  return step === undefined ? here : block(here[step], ...rest);
}

/** A value in words. */
export function shown(value: Json | undefined): string {
  const text = canonical(value);
  return text === 'null' ? 'nothing' : text;
}
