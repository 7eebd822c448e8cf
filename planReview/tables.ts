import { VARIABLES } from '../core/functionVariables';
import { block, isObject, list, type Json, type JsonObject } from './json';
import type { ResourceChange } from './plan';

/** The tables of a plan, known by the functions that capture them and by what the drill is called with. */
export interface Tables {
  /** Those that this plan adds. */
  readonly added: readonly string[];
  /** Those that have been there. */
  readonly known: readonly string[];
  /** Those of them that this plan no longer copies while it copies others; without any, it is not a table that goes. */
  readonly left: readonly string[];
  /** Those whose definitions are kept when the plan is applied. */
  readonly defined: readonly string[];
}

export function tablesOf(changes: readonly ResourceChange[]): Tables {
  const known = new Set(changes.flatMap(({ type, before }) => tableOf(type, before)));
  const added = new Set(changes.flatMap(({ type, after }) => tableOf(type, after)));
  const [before, after] = [[...known], [...added]];
  return {
    known: before,
    added: after.filter((name) => !known.has(name)),
    left: after.length === 0 ? [] : before.filter((name) => !added.has(name)),
    defined: changes.flatMap(({ type, after: body }) =>
      type === 'aws_cloudwatch_event_target' ? (definitionsIn(body?.input) ?? []) : [],
    ),
  };
}

/**
 * The text as it would be for each table that is there already, where it names one that is added. What it allows or deletes
 * for the new table is nothing new when that much is allowed or deleted for another one.
 */
export function forKnownTables(text: string, { added, known }: Tables): string[] {
  const parts = text.split(/([/:])/);
  if (!parts.some((part) => added.includes(part))) return [];
  return known.map((name) => parts.map((part) => (added.includes(part) ? name : part)).join(''));
}

/** Of tables whose definitions were kept, those that nothing keeps any more, but for what leaves. */
export function undefinedTables(were: readonly string[], are: readonly string[], { left }: Tables): string[] {
  return were.filter((name) => !are.includes(name) && !left.includes(name));
}

/** Whether a text, such as the ARN of a resource, names a table that leaves. */
export function namesLeftTable(text: string, { left }: Tables): boolean {
  return text.split(/[/:]/).some((part) => left.includes(part));
}

/** The table that a function captures, or that a schedule has drilled. */
export function tableOf(type: string, body: JsonObject | null): string[] {
  if (!body) return [];
  if (type === 'aws_lambda_function') return texts(block(body.environment, 'variables')[VARIABLES.tableName]);
  if (type === 'aws_cloudwatch_event_target') return texts(block(parsed(body.input), 'table').name);
  return [];
}

/** The tables that a schedule has the definitions kept of; undefined where it sends anything else. */
export function definitionsIn(input: Json | undefined): readonly string[] | undefined {
  const { tables, ...others } = parsed(input);
  const isOther = Object.keys(others).length > 0 || (tables === undefined && typeof input === 'string');
  return isOther ? undefined : list(tables ?? null).filter((name) => typeof name === 'string');
}

const texts = (value: Json | undefined) => (typeof value === 'string' ? [value] : []);

function parsed(text: Json | undefined): JsonObject {
  try {
    const value = JSON.parse(typeof text === 'string' ? text : '{}') as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
