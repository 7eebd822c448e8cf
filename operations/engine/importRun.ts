import { createHash } from 'node:crypto';
import type { BatchTable } from '../../aws/batchTable';
import type { EngineStore } from '../../aws/engineStore';
import type { TableImport } from '../../aws/tableImport';
import { creationOf } from '../restore/target';
import { collectedIn } from './collect';
import { compareImported } from './compareImported';
import { publishFiles } from './publishFiles';
import { PLACES, type RunRequest } from './run';

/** What the steps of an import tell each other. Small, for it goes through the state machine. */
export interface ImportStepEvent {
  readonly folder: string;
  /** The last round. */
  readonly round: number;
  /** Of the execution: asked twice by the same one, DynamoDB imports once. */
  readonly execution: string;
  /** Files that are left to be copied. */
  readonly left?: number;
  /** Undefined where there is nothing to import. */
  readonly importArn?: string;
  readonly status?: 'running' | 'completed' | 'failed' | 'empty';
}

export interface ImportStepRequest {
  readonly store: EngineStore;
  readonly run: RunRequest;
  readonly event: ImportStepEvent;
  readonly imports: Pick<TableImport, 'start' | 'state'>;
  readonly target: Pick<BatchTable, 'getBatch'>;
  readonly isOver: () => boolean;
}

type Step = (request: ImportStepRequest) => Promise<ImportStepEvent>;
export type ImportStep = 'publish' | 'start' | 'look' | 'compare';

/** From the files of the workers to a table, by small steps that may each be done again. */
export const IMPORT_STEPS: Readonly<Record<ImportStep, Step>> = {
  async publish({ store, event, isOver }) {
    const { folder, round } = event;
    return { ...event, left: await publishFiles({ store, folder, round, isOver }) };
  },

  /** What there is none of is not imported: that would fail, and the table is made without. */
  async start({ store, run, event, imports }) {
    const { folder, round, execution } = event;
    const { counts } = await collectedIn(store, folder, round);
    if (counts.item === 0) return { ...event, status: 'empty' };
    const from = {
      bucket: store.bucket,
      folder: PLACES.items(folder),
      creation: creationOf(run.definition, run.onDemand),
    };
    const token = createHash('sha256').update(execution).digest('hex').slice(0, 32);
    return { ...event, importArn: await imports.start({ ...from, token }), status: 'running' };
  },

  async look({ event, imports }) {
    const { status } = await imports.state(event.importArn ?? '');
    return { ...event, status };
  },

  async compare({ store, run, event, imports, target }) {
    const { folder, round, importArn } = event;
    const state = importArn === undefined ? undefined : await imports.state(importArn);
    await compareImported({ store, folder, round, run, target, state });
    return event;
  },
};
