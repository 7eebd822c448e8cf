import type { DefinitionEvent } from '../../core/definitionEvent';

/** What a target of a rule is given at most (EventBridge API reference, Target). */
export const INPUT_CHARACTERS = 8_192;
/** EventBridge user guide, eb-quota. */
export const TARGETS_OF_A_RULE = 5;

/** Tables of a deployment that always fit, whatever their names and keys. With shorter names there is room for more: synth says. */
export const MOST_TABLES = 150;

/** What the function that keeps table.json is called with, in as few events as hold all tables in their order. */
export function definitionEvents(tableNames: readonly string[]): string[] {
  const events: string[][] = [];
  for (const name of tableNames) {
    const longer = [...(events.at(-1) ?? []), name];
    if (events.length > 0 && eventOf(longer).length <= INPUT_CHARACTERS) events[events.length - 1] = longer;
    else events.push([name]);
  }
  return events.map(eventOf);
}

const eventOf = (tables: string[]) => JSON.stringify({ tables } satisfies DefinitionEvent);
