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
const signedInside = {
  regex: '^\\./signed/(?!asSdk$)',
  message: 'One way in to the signed client: ./signed, and ./signed/asSdk for what goes where the SDK would go.',
};
const signedOutside = {
  regex: 'aws/signed/',
  message: 'One way in to the signed client: aws/signed, or the file of aws/ for what is to be done.',
};
const ownHttp = {
  group: ['node:http', 'node:https', 'node:tls', 'agent-base', 'https-proxy-agent', 'proxy-from-env'],
  allowTypeImports: true,
  message: 'Connections are made in keptConnections, environmentAgents, tunnel and signed/transport, and nowhere else.',
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
const clientWithoutConfig = {
  selector:
    'NewExpression[callee.name=/^(?!Signed).*Client$/]:not([arguments.0.callee.name=/^(sdkClientConfig|s3ClientConfig)$/])',
  message: 'Clients are made of sdkClientConfig: so they go through the same proxies, trust the same and wait as long.',
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
  restrict(['aws/**'], [cdktf, ownHttp, signedInside, outward(['lambda', 'stacks', 'cli', 'local', 'bench'])]),
  restrict(
    ['aws/keptConnections.ts', 'aws/environmentAgents.ts', 'aws/tunnel.ts', 'aws/signed/transport.ts'],
    [cdktf, signedInside, outward(['lambda', 'stacks', 'cli', 'local', 'bench'])],
  ),
  restrict(['lambda/**'], [cdktf, awsSdk, signedOutside, outward(['stacks', 'cli', 'local', 'bench'])]),
  // The drill is one piece of work with two starters, and stands on the whole of dcs restore.
  restrict(['lambda/drill/**'], [cdktf, awsSdk, signedOutside, outward(['stacks', 'local', 'bench']), drillAlone]),
  restrict(['cli/**'], [cdktf, awsSdk, signedOutside, outward(['lambda', 'stacks', 'local', 'bench'])]),
  restrict(['local/**'], [cdktf, awsSdk, signedOutside, outward(['stacks', 'bench'])]),
  // What of AWS only the local run calls.
  restrict(['local/aws/**'], [cdktf, signedOutside, outward(['stacks', 'bench'])]),
  restrict(['stacks/**', 'main.ts'], [awsSdk, wholeProvider, outward(['aws', 'lambda', 'cli', 'local', 'bench'])]),
  {
    files: ['aws/**', 'local/aws/**'],
    rules: { 'no-restricted-syntax': ['error', clientWithoutConfig] },
  },
  {
    files: ['**/*.cjs', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: { require: 'readonly', process: 'readonly' } },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: ['__tests__/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
);
