/** What the schedule sends to the function that keeps table.json: the tables whose definition it looks at. */
export interface DefinitionEvent {
  readonly tables: readonly string[];
}

/** The tables that such an event names; none where it is not one. */
export function definedTables(event: unknown): readonly string[] {
  const { tables } = (event ?? {}) as Partial<DefinitionEvent>;
  if (!Array.isArray(tables)) return [];
  const names = tables as unknown[];
  return names.every((name) => typeof name === 'string' && name !== '') ? (names as string[]) : [];
}
