import { isObject, list, type Json, type JsonObject } from './json';

/** One statement of a policy as sets, whatever order and form it was written in. Prefixes keep kinds apart: `Not` and the like. */
export interface PolicyStatement {
  readonly effect: string;
  /** `AWS:arn...`, `Service:s3.amazonaws.com`, `*`; for an identity's policy `identity`; NotPrincipal as `!{...}`. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** By `operator key`: the values. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
}

const DOCUMENT = /^(Version|Id|Statement)$/;
const STATEMENT = /^(Sid|Effect|(Not)?(Principal|Action|Resource)|Condition)$/;

/** @throws SyntaxError when the text is not JSON, Error when it is not a policy. */
export function parseStatements(text: string): PolicyStatement[] {
  const document = JSON.parse(text) as Json;
  if (!isObject(document)) throw new Error('not a policy document');
  refuseOthers(document, DOCUMENT);
  return list(document.Statement).map((statement) => {
    if (!isObject(statement)) throw new Error('a statement is not an object');
    refuseOthers(statement, STATEMENT);
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw new Error('a statement is without Effect');
    return {
      effect: statement.Effect,
      principals: principalsOf(statement),
      actions: patterns(statement, 'Action', (action) => action.toLowerCase()),
      resources: patterns(statement, 'Resource', (resource) => resource),
      conditions: conditionsOf(statement.Condition),
    };
  });
}

function refuseOthers(value: JsonObject, known: RegExp): void {
  const other = Object.keys(value).find((name) => !known.test(name));
  if (other !== undefined) throw new Error(`a policy has no ${JSON.stringify(other)}`);
}

/** What is not written limits nothing; what is excepted (`Not...`) is only ever the same as itself. */
function patterns(statement: JsonObject, name: string, form: (text: string) => string): string[] {
  const excepted = statement[`Not${name}`];
  if (excepted !== undefined) return [`!${JSON.stringify(texts(excepted).map(form).sort())}`];
  return statement[name] === undefined ? ['*'] : texts(statement[name]).map(form);
}

function principalsOf({ Principal: principal, NotPrincipal: excepted }: JsonObject): string[] {
  if (excepted !== undefined) return [`!${JSON.stringify(principalTexts(excepted).sort())}`];
  return principal === undefined ? ['identity'] : principalTexts(principal);
}

function principalTexts(principal: Json): string[] {
  if (!isObject(principal)) return texts(principal);
  return Object.entries(principal).flatMap(([kind, value]) =>
    texts(value).map((text) => {
      if (text === '*' && kind === 'AWS') return '*';
      return `${kind}:${/^\d{12}$/.test(text) ? `arn:aws:iam::${text}:root` : text}`;
    }),
  );
}

function conditionsOf(condition: Json | undefined): Record<string, string[]> {
  if (condition === undefined) return {};
  if (!isObject(condition)) throw new Error('a Condition is not an object');
  return Object.fromEntries(
    Object.entries(condition).flatMap(([operator, keys]) => {
      if (!isObject(keys)) throw new Error(`${operator} of a Condition is not an object`);
      return Object.entries(keys).map(
        ([key, values]) => [`${operator} ${key.toLowerCase()}`, texts(values).sort()] as const,
      );
    }),
  );
}

const texts = (value: Json): string[] =>
  list(value).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
