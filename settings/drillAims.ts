import type { GivenSettings } from './schema';

/** What a drill of a table is held to, and whose it is. Undefined: nobody has said. */
export interface DrillAims {
  readonly organization?: string;
  readonly recoveryTimeSeconds?: number;
  readonly recoveryPointSeconds?: number;
}

/** Of a table's own targets, and where it has none those of all. */
export function drillAims({ drill, tables }: Pick<GivenSettings, 'drill' | 'tables'>, tableName: string): DrillAims {
  const { organization, recoveryTimeSeconds, recoveryPointSeconds } = drill;
  const own = tables?.find(({ name }) => name === tableName)?.drill;
  return {
    organization,
    recoveryTimeSeconds: own?.recoveryTimeSeconds ?? recoveryTimeSeconds,
    recoveryPointSeconds: own?.recoveryPointSeconds ?? recoveryPointSeconds,
  };
}
