/// <reference lib="dom" />

const KEPT = 'dcs-token';

/** The token comes in the fragment of the address, once; after that it is in this tab alone. */
export function takeToken(): void {
  const given = /^#([\w-]{40,})$/.exec(location.hash)?.[1];
  if (given === undefined) return;
  sessionStorage.setItem(KEPT, given);
  history.replaceState(undefined, '', `${location.pathname}#/`);
}

export class AskError extends Error {}

/** @throws AskError with what to tell, or an AbortError */
export async function ask<Answer>(
  name: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> {
  const headers = { 'x-dcs-token': sessionStorage.getItem(KEPT) ?? '' };
  const answered = await fetch(`/api/${name}?${new URLSearchParams(query).toString()}`, { headers, signal }).catch(
    () => undefined,
  );
  if (!answered) throw new AskError('dcs ui has stopped; run it again, and open the address that it prints');
  const body = (await answered.json()) as Answer & { error?: string };
  if (!answered.ok) throw new AskError(body.error ?? `answered with ${answered.status}`);
  return body;
}
