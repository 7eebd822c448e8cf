/**
 * `npm run mutate`: changes the code of what decides, a line at a time, and the unit tests of it have to fail. Where no test can,
 * since nothing is another then, the reason stands beside the line ("Stryker disable next-line").
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  packageManager: 'npm',
  testRunner: 'mocha',
  mochaOptions: {
    require: ['tsx/cjs', './__tests__/mutate/interface.cjs'],
    'no-config': true,
    'no-package': true,
    // A test that fails ends the judgement of a change: those of core/ are the quickest.
    spec: [
      '__tests__/core/**/*.test.ts',
      '__tests__/lambda/capture/*.test.ts',
      '__tests__/operations/{images,redrive,journal,verify,restore,backfill}/*.test.ts',
    ],
    // Of files and folders, and judges nothing that is changed here; it takes as long as all others together.
    ignore: ['__tests__/operations/images/folderImageSource.test.ts'],
  },
  coverageAnalysis: 'perTest',
  mutate: [
    'core/**/*.ts',
    'lambda/capture/*.ts',
    // Reads the environment and makes the client: tested as what is deployed, by `npm run test:e2e`.
    '!lambda/capture/handler.ts',
    'operations/restore/{plan,ledger,itemsChecksum}.ts',
    'operations/images/{stateOfObject,newestImage,objectForWriting}.ts',
    'operations/redrive/{applyChanges,redriveBatch}.ts',
    'operations/verify/{verdict,repairItem,recheck}.ts',
    'operations/renewLocks/*.ts',
  ],
  thresholds: { high: 95, low: 90, break: 90 },
  reporters: ['clear-text', 'progress', 'json'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false },
  jsonReporter: { fileName: '.stryker/mutation.json' },
  tempDirName: '.stryker',
  // With --incremental, a run goes on from the one before: what has not changed since is not judged again.
  incrementalFile: '.stryker/incremental.json',
  concurrency: 2,
  // A change that makes a loop endless is noticed by this.
  timeoutMS: 5_000,
  ignorePatterns: ['dist', 'cdktf.out', '.github', 'bench'],
};
