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
const outward = (names) => ({
  regex: `^(\\.\\./)+(${names.join('|')})(/|$)`,
  message: 'Imports point inward: core <- aws <- lambda, cli, local, bench. stacks may import core.',
});
const drillAlone = {
  regex: '^(\\.\\./)+cli/(?!drill/)',
  message:
    'The scheduled drill is the drill of the command, so it may import cli/drill, and nothing else of cli: what else it needs goes through there.',
};
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
  restrict(['core/**'], [cdktf, awsSdk, clocksAndHosts, outward(['aws', 'lambda', 'stacks', 'cli', 'local', 'bench'])]),
  restrict(['aws/**'], [cdktf, outward(['lambda', 'stacks', 'cli', 'local', 'bench'])]),
  restrict(['lambda/**'], [cdktf, awsSdk, outward(['stacks', 'cli', 'local', 'bench'])]),
  // The drill is one piece of work with two starters, and stands on the whole of dcs restore.
  restrict(['lambda/drill/**'], [cdktf, awsSdk, outward(['stacks', 'local', 'bench']), drillAlone]),
  restrict(['cli/**'], [cdktf, awsSdk, outward(['lambda', 'stacks', 'local', 'bench'])]),
  restrict(['local/**'], [cdktf, awsSdk, outward(['stacks', 'bench'])]),
  restrict(['stacks/**', 'main.ts'], [awsSdk, wholeProvider, outward(['aws', 'lambda', 'cli', 'local', 'bench'])]),
  {
    files: ['**/*.cjs', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: { require: 'readonly', process: 'readonly' } },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: ['__tests__/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
);
