/// <reference lib="dom" />
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { TablesAnswer } from '../answers';
import { takeToken } from './ask';
import { Help } from './Help';
import { Problem } from './Problem';
import { hashOf, placeIn, type Place } from './route';
import { Table } from './Table';
import { Tables } from './Tables';
import { useAnswer } from './useAnswer';
import { clock } from './window';

function App() {
  const [place, setPlace] = useState<Place>(() => placeIn(location.hash));
  const [reading, setReading] = useState(0);
  const { answer, error } = useAnswer<TablesAnswer>('tables', { reading: String(reading) }, { keep: true });
  useEffect(() => {
    const moved = () => setPlace(placeIn(location.hash));
    addEventListener('popstate', moved);
    return () => removeEventListener('popstate', moved);
  }, []);
  /** Without a step of its own in the history where it is only what is open on a page. */
  const go = (to: Place, isStep = true) => {
    if (isStep) history.pushState(undefined, '', hashOf(to));
    else history.replaceState(undefined, '', hashOf(to));
    setPlace(to);
  };
  const card = answer?.tables.find(({ name }) => name === place.table);
  useEffect(() => {
    document.title = place.table === undefined ? 'dcs' : `${place.table} · dcs`;
  }, [place.table]);
  return (
    <>
      <header>
        <div class="head">
          <h1>
            <a href="#/">dcs</a>
          </h1>
          <span class="pill">read-only: nothing is changed from here</span>
          {answer && (
            <span class="asof">
              times are UTC, as of {answer.readAtMs === null ? 'an unknown time' : clock(answer.readAtMs)}
              <button onClick={() => setReading(reading + 1)}>Read again</button>
            </span>
          )}
        </div>
        {answer && (
          <p class="where">
            {answer.accounts} · {answer.copy}
          </p>
        )}
      </header>
      <main id="main" tabIndex={-1}>
        {error !== undefined && <Problem text={error} instead="npx dcs status" />}
        {!answer && error === undefined && <p class="busy">Looking at the tables …</p>}
        {answer && place.table === undefined && <Tables answer={answer} />}
        {answer && place.table !== undefined && !card && (
          <Problem text={`There is no table ${place.table} here.`} instead={`npx dcs ui ${place.table}`} />
        )}
        {answer && card && <Table key={`${card.name} ${reading}`} {...{ answer, card, place, go }} />}
        <Help />
      </main>
    </>
  );
}

takeToken();
const root = document.getElementById('root');
if (root) render(<App />, root);
