import { VARIABLES } from '../core/functionVariables';
import { block, isObject, type Json, type JsonObject } from './json';
import type { ResourceChange } from './plan';

/** The tables of a plan, known by the functions that capture them and by what the drill is called with. */
export interface Tables {
  /** Those that this plan adds. */
  readonly added: readonly string[];
  /** Those that have been there. */
  readonly known: readonly string[];
  /** Those of them that this plan no longer copies while it copies others; without any, it is not a table that goes. */
  readonly left: readonly string[];
}

export function tablesOf(changes: readonly ResourceChange[]): Tables {
  const known = new Set(changes.flatMap(({ type, before }) => tableOf(type, before)));
  const added = new Set(changes.flatMap(({ type, after }) => tableOf(type, after)));
  const [before, after] = [[...known], [...added]];
  return {
    known: before,
    added: after.filter((name) => !known.has(name)),
    left: after.length === 0 ? [] : before.filter((name) => !added.has(name)),
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

const texts = (value: Json | undefined) => (typeof value === 'string' ? [value] : []);

function parsed(text: Json | undefined): JsonObject {
  try {
    const value = JSON.parse(typeof text === 'string' ? text : '{}') as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
