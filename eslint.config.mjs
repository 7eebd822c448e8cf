import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const cdktf = {
  group: ['cdktf', 'cdktf/*', '@cdktf/*', 'constructs'],
  message:
    'Infrastructure code lives in main.ts and stacks/ only, so that a move to the continuation of CDKTF is a rename there.',
};
const wholeProvider = {
  regex: '^@cdktf/provider-[a-z]+$',
  message: 'Import one resource (@cdktf/provider-aws/lib/s3-bucket): the whole package takes 2 s and 560 MB to load.',
};
const awsSdk = {
  group: ['@aws-sdk/client-*', '@smithy/*'],
  message: 'Only aws/ talks to AWS: one file per service, an interface and its real factory.',
};
const ROOMS = [
  'core',
  'aws',
  'settings',
  'operations',
  'stacks',
  'planReview',
  'cli',
  'ui',
  'lambda',
  'local',
  'bench',
];
/** Which rooms a room may look into; main.ts and tests may look everywhere. */
const INWARD = {
  core: [],
  aws: ['core'],
  settings: ['core'],
  operations: ['core', 'aws', 'settings'],
  stacks: ['core', 'settings'],
  planReview: ['core'],
  cli: ['core', 'aws', 'settings', 'operations'],
  lambda: ['core', 'aws', 'settings', 'operations'],
  local: ['core', 'aws', 'settings', 'operations', 'lambda', 'cli'],
};
const outward = (room) => ({
  regex: `^(\\.\\./)+(${ROOMS.filter((other) => other !== room && !INWARD[room].includes(other)).join('|')})(/|$)`,
  message:
    'Imports point inward: core <- aws, settings <- operations, stacks <- cli, lambda <- local, bench; planReview stands by itself.',
});
const clocksAndHosts = {
  group: ['node:*', 'fs', 'os', 'path', 'http', 'https', 'net', 'child_process', '!node:crypto'],
  message: 'core/ is pure: no clock, environment, file or network (hashing is the exception).',
};
const restrict = (files, patterns) => ({ files, rules: { 'no-restricted-imports': ['error', { patterns }] } });

export default defineConfig(
  { ignores: ['node_modules/', 'dist/', 'cdktf.out/', 'jest.config.js'] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['*.mjs', 'local/function/*.cjs'] } } },
  },
  {
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/only-throw-error': 'error',
    },
  },
  restrict(['core/**'], [cdktf, awsSdk, clocksAndHosts, outward('core')]),
  restrict(['aws/**'], [cdktf, outward('aws')]),
  restrict(['settings/**'], [cdktf, awsSdk, outward('settings')]),
  restrict(['operations/**'], [cdktf, awsSdk, outward('operations')]),
  restrict(['stacks/**', 'main.ts'], [awsSdk, wholeProvider]),
  restrict(['stacks/**'], [awsSdk, wholeProvider, outward('stacks')]),
  restrict(['planReview/**'], [cdktf, awsSdk, outward('planReview')]),
  restrict(['cli/**'], [cdktf, awsSdk, outward('cli')]),
  restrict(['lambda/**'], [cdktf, awsSdk, outward('lambda')]),
  restrict(['local/**'], [cdktf, awsSdk, outward('local')]),
  {
    files: ['**/*.cjs', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: { require: 'readonly', process: 'readonly' } },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: ['__tests__/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
);
