import { join } from 'node:path';
import type { FunctionCode } from './accounts/SourceAccount';

/** Where `npm run bundle` puts the functions, below the root of the project. */
export function bundledCode(root: string): FunctionCode {
  const bundles = join(root, 'dist', 'lambda');
  return {
    capture: join(bundles, 'capture'),
    tableDefinition: join(bundles, 'table-definition'),
    drill: join(bundles, 'drill'),
    heartbeat: join(bundles, 'heartbeat'),
    replicaAge: join(bundles, 'replica-age'),
    compactor: join(bundles, 'compactor'),
    lockRenewal: join(bundles, 'lock-renewal'),
    engine: {
      plan: join(bundles, 'engine-plan'),
      fold: join(bundles, 'engine-fold'),
      collect: join(bundles, 'engine-collect'),
      import: join(bundles, 'engine-import'),
    },
  };
}
