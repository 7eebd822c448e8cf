import { s3EngineStore, type EngineStore } from '../aws/engineStore';
import { s3BytesStore } from '../aws/bytesStore';
import { s3VersionLister } from '../aws/objectVersions';
import { s3ImageStore, type ImageStoreSettings } from '../aws/imageStore';
import { credentialsOf } from '../aws/credentials';
import { s3Archive } from '../aws/archive';
import { VARIABLES } from '../core/functionVariables';
import { requireNoImages } from '../operations/engine/engineLayout';
import { imageRanges } from '../operations/engine/imageRanges';
import { journalRanges } from '../operations/engine/journalRanges';
import type { VerifyTaskRequest } from '../operations/engine/verify/performVerifyTask';
import type { RangeSource } from '../operations/engine/rangeSource';
import { readRequest, type RunRequest } from '../operations/engine/run';
import { readVerifyRun, type VerifyRun } from '../operations/engine/verify/verifyRun';
import { readBackfillRun, type BackfillRun } from '../operations/engine/backfill/backfillRun';
import type { BackfillTaskRequest } from '../operations/engine/backfill/performBackfillTask';
import { listedImageSource, s3ImageSource } from '../operations/images/s3ImageSource';
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
  const momentMs = run.momentMs ?? Infinity;
  return { store, run, momentMs, source: await sourceOf({ ...run, momentMs }, { region, bucket }) };
}

/** The same of a run that compares. */
export interface EngineVerify {
  readonly store: EngineStore;
  readonly run: VerifyRun;
  readonly source: RangeSource;
  /** The copy at the moment, whenever it was stored. */
  readonly state: VerifyTaskRequest['state'];
}

/** @throws DcsError where there is no such run */
export async function openVerify(
  { bucket, region, engineBucket }: EngineSettings,
  folder: string,
): Promise<EngineVerify> {
  const store = s3EngineStore({ region, bucket: engineBucket });
  const run = await readVerifyRun(store, folder);
  const { prefix, tableName, keySchema, momentMs, createdAtMs } = run;
  const images = s3ImageSource({ region, bucket, prefix });
  const state = { source: images, table: { prefix, tableName, keySchema }, momentMs, createdAtMs };
  return { store, run, state, source: await sourceOf(run, { region, bucket }) };
}

/** Where the images of a backfill go: into the source bucket, by a role of the source account that may do no more than that. */
export function writerSettings(environment: Environment): ImageStoreSettings {
  const { region, roleArn, ...place } = fromEnvironment(
    environment,
    "the environment of the engine's function",
    (text) => ({
      bucket: text(VARIABLES.sourceBucketName, /./, 'the name of the source bucket'),
      region: text(VARIABLES.sourceRegion, /./, 'the region of the source bucket'),
      roleArn: text(VARIABLES.writerRoleArn, /^arn:/, 'the ARN of the role that writes the images of a backfill'),
      largeImageStorageClass: text(
        VARIABLES.largeImageStorageClass,
        /^[A-Z_]+$/,
        'a storage class, such as STANDARD_IA',
      ),
    }),
  );
  return { ...place, region, credentials: credentialsOf({ roleArn, region }) };
}

/** The same of a run that backfills. */
export interface EngineBackfill extends Pick<BackfillTaskRequest, 'images' | 'source'> {
  readonly store: EngineStore;
  readonly run: BackfillRun;
}

/** @throws DcsError where there is no such run */
export async function openBackfill(
  { region, engineBucket }: EngineSettings,
  writer: ImageStoreSettings,
  folder: string,
): Promise<EngineBackfill> {
  const store = s3EngineStore({ region, bucket: engineBucket });
  const images = s3ImageStore(writer);
  // No journal: a table that has one is backfilled by one machine.
  const source = listedImageSource(s3VersionLister(writer), { images, archive: s3Archive(writer) });
  return { store, run: await readBackfillRun(store, folder), images, source };
}

type CopyOfRun = Pick<RunRequest, 'prefix' | 'tableName' | 'keySchema' | 'storedByMs' | 'createdAtMs' | 'layout'>;

async function sourceOf(
  run: CopyOfRun & { readonly momentMs: number },
  place: { readonly region: string; readonly bucket: string },
) {
  const { prefix, tableName, keySchema, momentMs, storedByMs, createdAtMs } = run;
  const lister = s3VersionLister(place);
  const table = { prefix, tableName, keySchema };
  const request = { momentMs, storedByMs, createdAtMs, table, source: s3ImageSource({ ...place, prefix }) };
  if (run.layout === 'journal') {
    await requireNoImages(lister, table, storedByMs);
    return journalRanges({ ...request, reads: { lister, bytes: s3BytesStore(place) } });
  }
  await requireNoJournal(lister, table, 'the run reads images alone; use --engine write or import');
  return imageRanges({ ...request, lister });
}
