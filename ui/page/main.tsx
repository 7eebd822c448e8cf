/// <reference lib="dom" />
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CardFact, TableCard, TablesAnswer } from '../answers';
import { takeToken } from './ask';
import { Drills } from './Drills';
import { Plan } from './Plan';
import { useAnswer } from './useAnswer';
import { What } from './What';
import { When } from './When';
import { clock, type Span } from './window';

interface Place {
  readonly table?: string;
  readonly span?: Span;
}

/** The address holds table and window, so that back and forward go through them. Never the token. */
function placeIn(hash: string): Place {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const table = query.get('table') ?? undefined;
  const [fromMs, toMs] = [Date.parse(query.get('from') ?? ''), Date.parse(query.get('to') ?? '')];
  return { table, ...(fromMs < toMs && { span: { fromMs, toMs } }) };
}

function hashOf({ table, span }: Place): string {
  const times = span && { from: new Date(span.fromMs).toISOString(), to: new Date(span.toMs).toISOString() };
  return `#${new URLSearchParams({ ...(table !== undefined && { table }), ...times }).toString()}`;
}

function App() {
  const [place, setPlace] = useState<Place>(() => placeIn(location.hash));
  const [reading, setReading] = useState(0);
  const { answer, error } = useAnswer<TablesAnswer>('tables', { reading: String(reading) });
  useEffect(() => {
    const back = () => setPlace(placeIn(location.hash));
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, []);
  const go = (to: Place) => {
    history.pushState(undefined, '', hashOf(to));
    setPlace(to);
  };
  const { table, span } = place;
  return (
    <>
      <header>
        <h1>dcs</h1>
        <p>A page to read: it cannot change a table.</p>
        {answer && (
          <p class="quiet">
            {answer.accounts} · {answer.copy} · read{' '}
            {answer.readAtMs === null ? 'at an unknown time' : clock(answer.readAtMs)}{' '}
            <button onClick={() => setReading(reading + 1)}>Read again</button>
          </p>
        )}
      </header>
      <main id="main">
        {error !== undefined && <p role="alert">{error}</p>}
        {!answer && error === undefined && <p class="quiet">Looking at the tables …</p>}
        {answer && (
          <>
            <h2>Tables</h2>
            <p>
              Recovery point: <Fact fact={answer.recoveryPoint} />
            </p>
            <div class="cards">
              {answer.tables.map((card) => (
                <Card
                  key={card.name}
                  card={card}
                  isOpen={card.name === table}
                  onOpen={() => go({ table: card.name })}
                />
              ))}
            </div>
          </>
        )}
        {table !== undefined && (
          <>
            <h2>1 When did it break?</h2>
            <When table={table} selected={span} onSelect={(selected) => go({ table, span: selected })} />
            <h2>2 What changed?</h2>
            {span ? (
              <What key={hashOf(place)} table={table} selected={span} />
            ) : (
              <p class="quiet">Select a window first.</p>
            )}
            <h2>3 Put it back</h2>
            {span ? (
              <Plan key={hashOf(place)} table={table} selected={span} />
            ) : (
              <p class="quiet">Select a window first.</p>
            )}
            <h2>Drills</h2>
            <Drills table={table} />
          </>
        )}
        <Help />
      </main>
    </>
  );
}

const STATES = { ok: 'fine', problem: 'to act on', warning: 'look', cannotTell: 'not known' } as const;

function Fact({ fact }: { readonly fact: CardFact }) {
  return (
    <span class={`fact ${fact.verdict}`}>
      <b>{STATES[fact.verdict]}</b>: {fact.found}
    </span>
  );
}

function Card({
  card,
  isOpen,
  onOpen,
}: {
  readonly card: TableCard;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}) {
  return (
    <section class="card" aria-label={card.name}>
      <h3>
        <button aria-pressed={isOpen} onClick={onOpen}>
          {card.name}
        </button>
      </h3>
      <dl>
        <dt>Newest replica</dt>
        <dd>
          <Fact fact={card.newestReplica} />
        </dd>
        <dt>Last verify</dt>
        <dd>
          <Fact fact={card.verify} />
        </dd>
        <dt>Last drill</dt>
        <dd>
          <Fact fact={card.drill} />
        </dd>
      </dl>
    </section>
  );
}

function Help() {
  return (
    <details>
      <summary>What the numbers mean</summary>
      <p>
        Recovery point: what the copy certainly holds, by its heartbeat. What was written later may not have arrived.
      </p>
      <p>Changes count images; items count distinct keys. A window is from its start up to, and without, its end.</p>
      <p>
        The command names whole seconds: what happened within the second of --from stays, and what happened within that
        of --to is undone. Its start is a second earlier than the window’s, since images are stored about a second after
        the change.
      </p>
    </details>
  );
}

takeToken();
const root = document.getElementById('root');
if (root) render(<App />, root);
