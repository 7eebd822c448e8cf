/**
 * Three projects: `unit` is quick and alone in `npm test`; `e2e` starts the local parts (`npm run test:e2e`); `deploy`
 * has Terraform deploy to an emulator (`npm run test:deploy`).
 */
const shared = {
  testEnvironment: '<rootDir>/__tests__/nodeEnvironment.cjs',
  clearMocks: true,
  setupFiles: ['<rootDir>/__tests__/withoutSdkWarning.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/__tests__/transform.cjs' },
  modulePathIgnorePatterns: ['<rootDir>/cdktf.out', '<rootDir>/dist', '<rootDir>/bench/node_modules'],
};
/** What one test file has synthesized, the others of the run need not. */
const sharingAFolder = {
  globalSetup: '<rootDir>/__tests__/support/sharedFolder/make.ts',
  globalTeardown: '<rootDir>/__tests__/support/sharedFolder/remove.ts',
};

module.exports = {
  // A slow machine is no fault.
  testTimeout: 600_000,
  testSequencer: '<rootDir>/__tests__/longestFirst.cjs',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/__tests__/e2e/', '<rootDir>/__tests__/deploy/'],
      ...sharingAFolder,
    },
    {
      ...shared,
      displayName: 'e2e',
      globalSetup: '<rootDir>/__tests__/e2e/support/servers/make.ts',
      globalTeardown: '<rootDir>/__tests__/e2e/support/servers/remove.ts',
      setupFilesAfterEnv: ['<rootDir>/__tests__/onALoadedMachine.ts'],
      testMatch: ['<rootDir>/__tests__/e2e/**/*.test.ts'],
      // Said aloud where it is set: by .ci/run at its end.
      testPathIgnorePatterns: process.env.DCS_TESTS_WITHOUT_BROWSER ? ['/e2e/ui[.]test[.]ts$'] : [],
    },
    {
      ...shared,
      displayName: 'deploy',
      setupFilesAfterEnv: ['<rootDir>/__tests__/onALoadedMachine.ts'],
      testMatch: ['<rootDir>/__tests__/deploy/**/*.test.ts'],
      globalSetup: '<rootDir>/__tests__/deploy/support/providers.ts',
    },
  ],
};
