import { runDcs } from '../../cli/run';
import { realPause } from '../../operations/pace';
import { TABLE } from '../sink/items';
import { measured } from './subject';

/** What a bundle has and the sources have not: the page is not what is measured here. */
Object.assign(globalThis, { DCS_PAGE: { script: '', style: '' } });

/** `dcs ui`, and what its page asks for to show a table for the first time: all tables, and this one's timeline. */
measured(({ settingsFile }) => async () => {
  const ending = new AbortController();
  let resolve: (address: string) => void = () => undefined;
  const address = new Promise<string>((resolved) => (resolve = resolved));
  const ended = runDcs(['ui', '--no-open', '--config', settingsFile], {
    stdout: { write: (text: string) => resolve(text.trim()) },
    stderr: { write: () => true },
    env: process.env,
    signal: ending.signal,
    nowMs: Date.now,
    pause: realPause,
  });
  const { origin, hash } = new URL(await address);
  const ask = async (question: string) => {
    const answer = await fetch(`${origin}/api/${question}`, { headers: { 'x-dcs-token': hash.slice(1) } });
    if (!answer.ok) throw new Error(`${question}: ${await answer.text()}`);
    await answer.text();
  };
  await ask('tables');
  await ask(`timeline?table=${TABLE.tableName}`);
  ending.abort();
  await ended;
});
