import type { CardFact, TableCard, TablesAnswer } from '../answers';
import { hashOf } from './route';
import { ago, count } from './words';
import { clock } from './window';

export const STATES = { ok: 'fine', problem: 'to act on', warning: 'look', cannotTell: 'not known' } as const;

/** All tables, what needs somebody first. */
export function Tables({ answer }: { readonly answer: TablesAnswer }) {
  const { tables, recoveryPoint } = answer;
  return (
    <>
      <h2>
        {count(tables.length)} {tables.length === 1 ? 'table' : 'tables'}
      </h2>
      <p>
        <State verdict={recoveryPoint.verdict} /> Recovery point of all of them: {recoveryPoint.found}
      </p>
      <ul class="cards">
        {tables.map((card) => (
          <li key={card.name} class={`card ${card.verdict}`}>
            <h3>
              <a href={hashOf({ table: card.name })}>{card.name}</a>
              <State verdict={card.verdict} />
            </h3>
            <Facts {...{ card, answer }} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** The word carries the state; the colour only repeats it. */
export function State({ verdict }: Pick<CardFact, 'verdict'>) {
  return <b class={`state ${verdict}`}>{STATES[verdict]}</b>;
}

/** What is known of a table's copy. Times are told by the clock of S3, and how long ago by the same one. */
export function Facts({ card, answer }: { readonly card: TableCard; readonly answer: TablesAnswer }) {
  const { readAtMs } = answer;
  const { recoveryPoint, restorableSince } = card;
  const point = typeof recoveryPoint === 'string' ? Date.parse(recoveryPoint) : undefined;
  const since = typeof restorableSince === 'string' ? Date.parse(restorableSince) : undefined;
  return (
    <dl class="facts">
      <div>
        <dt>Restorable</dt>
        <dd>
          {since === undefined ? (
            <Doubt fact={card.restorable} />
          ) : (
            <>
              since <Time atMs={since} nowMs={readAtMs} />
              {point === undefined ? (
                <span class="quiet">, up to: {answer.recoveryPoint.found}</span>
              ) : (
                <>
                  <br />
                  up to <Time atMs={point} nowMs={readAtMs} />
                </>
              )}
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Newest replica</dt>
        <dd>
          <Doubt fact={card.newestReplica} />
        </dd>
      </div>
      <Proof name="Last verify" fact={card.lastVerify} at={card.verifiedAt} {...{ readAtMs }} />
      <Proof name="Last drill" fact={card.lastDrill} at={card.drilledAt} {...{ readAtMs }} />
      {card.problems.map(({ found, remedy }) => (
        <div key={found} class="wide">
          <dt>To act on</dt>
          <dd>
            {found}
            {remedy !== null && <span class="quiet"> → {remedy}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface ProofProps {
  readonly name: string;
  readonly fact: CardFact;
  readonly at: string | null | undefined;
  readonly readAtMs: number | null;
}

/** When it was last proved, and what came of it. */
function Proof({ name, fact, at, readAtMs }: ProofProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {typeof at === 'string' && (
          <>
            <Time atMs={Date.parse(at)} nowMs={readAtMs} />
            <br />
          </>
        )}
        <Doubt fact={fact} />
      </dd>
    </div>
  );
}

/** Fine is not said twice. */
function Doubt({ fact: { verdict, found } }: { readonly fact: CardFact }) {
  return (
    <>
      {verdict !== 'ok' && <State verdict={verdict} />} {found}
    </>
  );
}

function Time({ atMs, nowMs }: { readonly atMs: number; readonly nowMs: number | null }) {
  return (
    <>
      {ago(atMs, nowMs)} <time class="quiet">{clock(atMs).replace(' UTC', '')}</time>
    </>
  );
}
