import { VARIABLES } from '../core/functionVariables';
import type { EngineWorker } from './engineDefinition';
import { engineNamesOf, type EngineDeployment } from './engineNames';
import { namesOf, type NamedDeployment } from './names';

/** What of the settings the functions of the engine are told. */
export interface EngineEnvironment extends EngineDeployment, NamedDeployment {
  readonly destination: EngineDeployment['destination'] & NamedDeployment['destination'];
  readonly prefix: string;
  readonly capture: { readonly largeImageStorageClass: string };
}

/** What a function of the engine reads at its start; lambda/engineRun.ts says what each is for. */
export function engineEnvironment(settings: EngineEnvironment, worker: EngineWorker): Record<string, string> {
  const { source, destination, prefix, capture } = settings;
  const ofAll = {
    [VARIABLES.bucketName]: destination.bucketName,
    [VARIABLES.prefix]: prefix,
    [VARIABLES.engineBucketName]: engineNamesOf(settings).bucketName,
  };
  if (worker !== 'fold') return ofAll;
  return {
    ...ofAll,
    [VARIABLES.sourceBucketName]: source.bucketName,
    [VARIABLES.sourceRegion]: source.region,
    [VARIABLES.writerRoleArn]: namesOf(settings).backfillWriterRoleArn,
    [VARIABLES.largeImageStorageClass]: capture.largeImageStorageClass,
  };
}
