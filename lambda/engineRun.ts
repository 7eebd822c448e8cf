import { s3EngineStore, type EngineStore } from '../aws/engineStore';
import { s3VersionLister } from '../aws/objectVersions';
import { VARIABLES } from '../core/functionVariables';
import { imageRanges } from '../operations/engine/imageRanges';
import type { RangeSource } from '../operations/engine/rangeSource';
import { readRequest, type RunRequest } from '../operations/engine/run';
import { s3ImageSource } from '../operations/images/s3ImageSource';
import { destinationOf, fromEnvironment, type Environment } from './environment';
import { requireNoJournal } from '../operations/journal/requireNoJournal';

/** What every worker of the engine is told by the state machine. */
export interface EngineEvent {
  /** Of the run, in the engine's bucket. */
  readonly folder: string;
}

export interface EngineSettings {
  /** Of the images. */
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  readonly engineBucket: string;
}

/** @throws DcsError that names every variable that is missing or wrong */
export function engineSettings(environment: Environment): EngineSettings {
  return fromEnvironment(environment, "the environment of the engine's function", (text) => ({
    ...destinationOf(text),
    engineBucket: text(VARIABLES.engineBucketName, /./, "the name of the engine's bucket"),
  }));
}

/** One run of the engine, as a worker sees it. */
export interface EngineRun {
  readonly store: EngineStore;
  readonly run: RunRequest;
  readonly momentMs: number;
  readonly source: RangeSource;
}

/** @throws DcsError where there is no such run */
export async function openRun({ bucket, region, engineBucket }: EngineSettings, folder: string): Promise<EngineRun> {
  const store = s3EngineStore({ region, bucket: engineBucket });
  const run = await readRequest(store, folder);
  const { prefix, tableName, keySchema, storedByMs, createdAtMs } = run;
  const momentMs = run.momentMs ?? Infinity;
  const images = { source: s3ImageSource({ region, bucket, prefix }), lister: s3VersionLister({ region, bucket }) };
  const table = { prefix, tableName, keySchema };
  await requireNoJournal(images.lister, table, 'the engine reads images alone; use --engine write or import');
  return { store, run, momentMs, source: imageRanges({ ...images, table, momentMs, storedByMs, createdAtMs }) };
}
