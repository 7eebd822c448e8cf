/** The unit tests that what decides is judged by: `npm run mutate` changes its code line by line, and one of them has to fail. */
module.exports = {
  testEnvironment: 'node',
  clearMocks: true,
  setupFiles: ['<rootDir>/__tests__/mutate.setup.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }] },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.stryker'],
  testMatch: ['<rootDir>/__tests__/{core,lambda/capture,operations}/**/*.test.ts'],
};
