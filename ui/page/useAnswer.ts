import { useEffect, useState } from 'preact/hooks';
import { ask } from './ask';

export interface Asked<Answer> {
  readonly answer?: Answer;
  readonly error?: string;
}

/** Asks again when what is asked for changes. An answer that comes late is not shown. */
export function useAnswer<Answer>(name: string, query: Readonly<Record<string, string>> | undefined): Asked<Answer> {
  const [asked, setAsked] = useState<Asked<Answer>>({});
  const key = query && JSON.stringify(query);
  useEffect(() => {
    setAsked({});
    if (!query) return undefined;
    let isWanted = true;
    ask<Answer>(name, query).then(
      (answer) => isWanted && setAsked({ answer }),
      (error: unknown) => isWanted && setAsked({ error: (error as Error).message }),
    );
    return () => {
      isWanted = false;
    };
  }, [name, key]);
  return asked;
}
