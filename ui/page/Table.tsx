/// <reference lib="dom" />
import { useState } from 'preact/hooks';
import type { TableCard, TablesAnswer } from '../answers';
import { Bar } from './Bar';
import { Drills } from './Drills';
import { Plan } from './Plan';
import { hashOf, type Place } from './route';
import { Facts, State } from './Tables';
import { What } from './What';
import { When, type Seen } from './When';
import { commandOf } from './words';
import { asOptions } from './window';

interface Props {
  readonly answer: TablesAnswer;
  readonly card: TableCard;
  readonly place: Place;
  readonly go: (to: Place, isStep?: boolean) => void;
}

/** One table: the errand from when to the command, or its drills. */
export function Table({ answer, card, place, go }: Props) {
  const table = card.name;
  const { span, page, item } = place;
  const { options } = answer;
  const [seen, setSeen] = useState<Seen>({});
  const { from, to } = span ? asOptions(span) : { from: '', to: '' };
  const command = (...words: readonly string[]) => commandOf(words, options);
  const revert = command('revert', table, '--from', from, '--to', to);
  const tab = (name: string, to: Place, isHere: boolean) => (
    <a href={hashOf(to)} aria-current={isHere ? 'page' : undefined}>
      {name}
    </a>
  );
  return (
    <>
      <nav aria-label="Tables" class="crumbs">
        <a href="#/">All tables</a> <span aria-hidden="true">/</span>
      </nav>
      <div class="title">
        <h2>{table}</h2>
        <State verdict={card.verdict} />
        <nav aria-label={table} class="tabs">
          {tab('Find and undo', { table }, page === undefined)}
          {tab('Drills', { table, page: 'drills' }, page === 'drills')}
        </nav>
      </div>
      <details class="strip" open={!span}>
        <summary>What its copy holds</summary>
        <Facts {...{ card, answer }} />
      </details>
      {page === 'drills' ? (
        <Drills {...{ table, command }} />
      ) : (
        <>
          <Step n={1} title="When did it break?">
            <When
              {...{ table, command, selected: span, onSeen: setSeen }}
              onSelect={(selected) => go({ table, span: selected })}
            />
          </Step>
          <Step n={2} title="What changed?">
            {span ? (
              <What
                key={`${from} ${to}`}
                {...{ table, command, selected: span, item }}
                onOpen={(opened) => go({ table, span, item: opened }, false)}
              />
            ) : (
              <p class="quiet">Choose a window above: what changed in it is listed here.</p>
            )}
          </Step>
          <Step n={3} title="Put it back">
            {span ? (
              <Plan key={`${from} ${to}`} {...{ table, selected: span, revert, isPartial: seen.isPartial }} />
            ) : (
              <p class="quiet">Choose a window above: what undoes it is planned here.</p>
            )}
          </Step>
          {span && <Bar {...{ span, changes: seen.changes, revert }} />}
        </>
      )}
    </>
  );
}

function Step({ n, title, children }: { n: number; title: string; children: preact.ComponentChildren }) {
  return (
    <section class="step" aria-labelledby={`step-${n}`}>
      <h3 id={`step-${n}`}>
        <span class="n" aria-hidden="true">
          {n}
        </span>
        {title}
      </h3>
      {children}
    </section>
  );
}
