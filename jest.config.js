/**
 * Three projects: `unit` is quick and alone in `npm test`; `e2e` starts the local parts (`npm run test:e2e`); `deploy`
 * has Terraform deploy to an emulator (`npm run test:deploy`).
 */
// The AWS SDK's word about Node 20, which would stand in every suite's output.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const shared = {
  testEnvironment: 'node',
  clearMocks: true,
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }] },
  modulePathIgnorePatterns: ['<rootDir>/cdktf.out', '<rootDir>/dist', '<rootDir>/bench/node_modules'],
};

module.exports = {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/__tests__/e2e/', '<rootDir>/__tests__/deploy/'],
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/__tests__/e2e/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'deploy',
      testMatch: ['<rootDir>/__tests__/deploy/**/*.test.ts'],
      globalSetup: '<rootDir>/__tests__/deploy/support/providers.ts',
    },
  ],
};
