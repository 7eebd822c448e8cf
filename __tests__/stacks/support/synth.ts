import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onceInARun } from '../../support/onceInARun';
import { App } from 'cdktf';
import { addStacks } from '../../../stacks/deploy';
import { parseSettings } from '../../../settings/load';

type Json = Record<string, unknown>;

/** The parsed cdk.tf.json of one stack, as far as the tests look. */
export interface StackJson {
  readonly terraform: {
    readonly backend?: Json;
    readonly cloud?: Json;
    readonly required_providers: Record<string, Json>;
  };
  readonly provider: Record<string, readonly Json[]>;
  readonly resource: Record<string, Record<string, Json>>;
  readonly data?: Record<string, Record<string, Json>>;
  readonly output?: Record<string, Json>;
  readonly variable?: Record<string, Json>;
  readonly removed?: readonly { readonly from: string; readonly lifecycle: Json }[];
}

/** A resource or data source with where it stands. */
export interface Element {
  readonly address: string;
  readonly type: string;
  readonly body: Json;
}

/**
 * Synthesizes settings with stub code and gives the stacks by name. Reads the files: cdktf's test helpers skip references between stacks.
 *
 * @param code with it, they are synthesized now; without, they may have been by another file of the same run
 */
export function synthesize(settings: unknown, code?: string): Record<string, StackJson> {
  if (code !== undefined) return synthesizeNow(settings, code);
  return onceInARun(JSON.stringify(settings), () => synthesizeNow(settings, 'exports.handler = async () => ({});\n'));
}

function synthesizeNow(settings: unknown, code: string): Record<string, StackJson> {
  const folder = mkdtempSync(join(tmpdir(), 'dcs-synth-'));
  try {
    const app = new App({ outdir: join(folder, 'out') });
    withoutStackTraces(() => {
      addStacks(app, parseSettings(settings), stubCode(folder, code));
      app.synth();
    });
    const stacks = join(folder, 'out', 'stacks');
    return Object.fromEntries(readdirSync(stacks).map((name) => [name, readStack(join(stacks, name))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** CDKTF keeps the stack trace of every value; in a test that is a good part of the time. */
function withoutStackTraces(work: () => void): void {
  const errors: { captureStackTrace: unknown } = Error;
  const before = errors.captureStackTrace;
  errors.captureStackTrace = () => undefined;
  try {
    work();
  } finally {
    errors.captureStackTrace = before;
  }
}

/** The one stack of settings that deploy together. */
export function synthesizeTogether(settings: unknown): StackJson {
  const stacks = Object.values(synthesize(settings));
  if (stacks.length !== 1) throw new Error(`expected one stack, got ${stacks.length}`);
  return stacks[0]!;
}

function stubCode(folder: string, code: string) {
  const write = (name: string) => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'index.js'), code);
    return join(folder, name);
  };
  return {
    capture: write('capture'),
    tableDefinition: write('table-definition'),
    drill: write('drill'),
    compactor: write('compactor'),
    lockRenewal: write('lock-renewal'),
    heartbeat: write('heartbeat'),
    replicaAge: write('replica-age'),
    engine: {
      plan: write('engine-plan'),
      fold: write('engine-fold'),
      collect: write('engine-collect'),
      import: write('engine-import'),
    },
  };
}

function readStack(folder: string): StackJson {
  return JSON.parse(readFileSync(join(folder, 'cdk.tf.json'), 'utf8')) as StackJson;
}

export function resources(stack: StackJson, type?: string): Element[] {
  return elements(stack.resource, '').filter((element) => type === undefined || element.type === type);
}

export function dataSources(stack: StackJson): Element[] {
  return elements(stack.data ?? {}, 'data.');
}

function elements(byType: Record<string, Record<string, Json>>, before: string): Element[] {
  return Object.entries(byType).flatMap(([type, byId]) =>
    Object.entries(byId).map(([id, body]) => ({ address: `${before}${type}.${id}`, type, body })),
  );
}

/** The one resource of a type whose address ends so. */
export function resource(stack: StackJson, address: string): Json {
  const found = resources(stack).filter((element) => element.address === address);
  if (found.length !== 1) throw new Error(`${address}: ${found.length} found`);
  return found[0]!.body;
}

export interface PlacedStatement {
  readonly address: string;
  readonly kind: 'trust' | 'identity' | 'resource';
  readonly statement: {
    Sid: string;
    Effect: string;
    Action: string | string[];
    Resource?: string | string[];
    Principal?: unknown;
    Condition?: Json;
  };
}

/** Every statement of every policy of a stack. */
export function statements(stack: StackJson): PlacedStatement[] {
  return resources(stack).flatMap(({ address, type, body }) =>
    (['policy', 'assume_role_policy'] as const).flatMap((attribute) => {
      const text = body[attribute];
      if (typeof text !== 'string') return [];
      const kind =
        attribute === 'assume_role_policy' ? 'trust' : type === 'aws_iam_role_policy' ? 'identity' : 'resource';
      const document = JSON.parse(text) as { Statement: PlacedStatement['statement'][] };
      return document.Statement.map((statement) => ({ address, kind, statement }) as const);
    }),
  );
}
