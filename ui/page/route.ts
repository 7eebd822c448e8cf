import { second, type Span } from './window';

/** Where one is: the address holds it, so that back and forward go through it. Never the token. */
export interface Place {
  readonly table?: string;
  readonly page?: 'drills';
  readonly span?: Span;
  /** The object key of the item that is open. */
  readonly item?: string;
}

/** `#/`, `#/t/NAME?from=&to=&item=` or `#/t/NAME/drills`. Anything else is all tables. */
export function placeIn(hash: string): Place {
  const [path = '', asked = ''] = hash.replace(/^#/, '').split('?', 2);
  const [, name, page] = /^\/t\/([^/]+)(\/drills)?$/.exec(path) ?? [];
  if (name === undefined) return {};
  const table = decoded(name);
  if (page !== undefined) return { table, page: 'drills' };
  const query = new URLSearchParams(asked);
  const [fromMs, toMs] = [Date.parse(query.get('from') ?? ''), Date.parse(query.get('to') ?? '')];
  const item = query.get('item') ?? undefined;
  return { table, ...(fromMs < toMs && { span: { fromMs, toMs } }), ...(item !== undefined && { item }) };
}

export function hashOf({ table, page, span, item }: Place): string {
  if (table === undefined) return '#/';
  const path = `#/t/${encodeURIComponent(table)}`;
  if (page) return `${path}/${page}`;
  const query = new URLSearchParams({
    ...(span && { from: second(span.fromMs), to: second(span.toMs) }),
    ...(item !== undefined && { item }),
  }).toString();
  return query === '' ? path : `${path}?${query}`;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
