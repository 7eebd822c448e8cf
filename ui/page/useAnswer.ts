import { useEffect, useState } from 'preact/hooks';
import { ask } from './ask';

export interface Asked<Answer> {
  readonly answer?: Answer;
  readonly error?: string;
  /** The answer is that of the question before, until the new one comes. */
  readonly isOld: boolean;
}

interface Options {
  /** Show the answer before until the new one comes: for what is looked at, never for what is copied. */
  readonly keep?: boolean;
}

/** Asks again when what is asked for changes; nobody waits for the answer before then, and the server stops making it. */
export function useAnswer<Answer>(
  name: string,
  query: Readonly<Record<string, string>>,
  { keep = false }: Options = {},
): Asked<Answer> {
  const [asked, setAsked] = useState<Asked<Answer>>({ isOld: false });
  const key = JSON.stringify(query);
  useEffect(() => {
    setAsked(({ answer }) => (keep && answer !== undefined ? { answer, isOld: true } : { isOld: false }));
    const left = new AbortController();
    ask<Answer>(name, query, left.signal).then(
      (answer) => left.signal.aborted || setAsked({ answer, isOld: false }),
      (error: unknown) => left.signal.aborted || setAsked({ error: (error as Error).message, isOld: false }),
    );
    return () => left.abort();
  }, [name, key]);
  return asked;
}
