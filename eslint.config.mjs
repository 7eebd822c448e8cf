// The borders between the rooms. What else is refused in code stands in .oxlintrc.json.
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
  ui: ['core', 'aws', 'settings', 'operations'],
  cli: ['core', 'aws', 'settings', 'operations', 'ui'],
  lambda: ['core', 'aws', 'settings', 'operations'],
  local: ['core', 'aws', 'settings', 'operations', 'lambda', 'cli'],
};
const outward = (room) => ({
  regex: `^(\\.\\./)+(${ROOMS.filter((other) => other !== room && !INWARD[room].includes(other)).join('|')})(/|$)`,
  message:
    'Imports point inward: core <- aws, settings <- operations, stacks <- ui <- cli, lambda <- local, bench; planReview stands by itself.',
});
const clocksAndHosts = {
  group: [
    'node:*',
    'fs',
    'os',
    'path',
    'http',
    'https',
    'net',
    'child_process',
    '!node:crypto',
    '!node:util',
    '!node:zlib',
    '!node:buffer',
  ],
  message:
    'core/ is pure: no clock, environment, file or network. node:crypto hashes, node:util takes arguments apart, node:zlib packs and node:buffer tells what is text: none of them looks at anything but what it is given.',
};
const ownClock = {
  group: ['**/pace'],
  importNames: ['realPause'],
  message: 'An operation knows no clock but the one that it is given: nowMs and pause come with the request.',
};
const clientWithoutConfig = {
  selector:
    'NewExpression[callee.name=/^(?!Signed).*Client$/]:not([arguments.0.callee.name=/^(sdkClientConfig|s3ClientConfig)$/])',
  message: 'Clients are made of sdkClientConfig: so they go through the same proxies, trust the same and wait as long.',
};
const uiWrites = {
  regex: '(conditionalWrites|carryOut|revertTable|restoreTable|redrive|backfill|repair|conditionalPut|scratchTables)',
  message: 'The page reads, and nothing in it writes: what is to be done is a command to copy.',
};
const restrict = (files, patterns) => ({ files, rules: { 'no-restricted-imports': ['error', { patterns }] } });

export default defineConfig(
  {
    ignores: [
      'node_modules/',
      'bench/node_modules/',
      'dist/',
      'cdktf.out/',
      '.stryker/',
      '__tests__/',
      '**/*.{cjs,mjs,js}',
    ],
  },
  { files: ['**/*.ts', '**/*.tsx'], languageOptions: { parser: tseslint.parser } },
  restrict(['core/**'], [cdktf, awsSdk, clocksAndHosts, outward('core')]),
  restrict(['aws/**'], [cdktf, ownHttp, signedInside, outward('aws')]),
  restrict(
    ['aws/keptConnections.ts', 'aws/environmentAgents.ts', 'aws/tunnel.ts', 'aws/signed/transport.ts'],
    [cdktf, signedInside, outward('aws')],
  ),
  restrict(['settings/**'], [cdktf, awsSdk, outward('settings')]),
  restrict(['operations/**'], [cdktf, awsSdk, signedOutside, ownClock, outward('operations')]),
  {
    files: ['operations/**'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'console', 'setTimeout', 'setInterval'],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: ownClock.message }],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: ownClock.message },
      ],
    },
  },
  restrict(['main.ts'], [awsSdk, wholeProvider]),
  restrict(['stacks/**'], [awsSdk, wholeProvider, outward('stacks')]),
  restrict(['planReview/**'], [cdktf, awsSdk, outward('planReview')]),
  restrict(['cli/**'], [cdktf, awsSdk, signedOutside, outward('cli')]),
  restrict(['ui/**'], [cdktf, awsSdk, signedOutside, uiWrites, outward('ui')]),
  restrict(['lambda/**'], [cdktf, awsSdk, signedOutside, outward('lambda')]),
  restrict(['local/**'], [cdktf, awsSdk, signedOutside, outward('local')]),
  // What of AWS only the local run calls.
  restrict(['local/aws/**'], [cdktf, signedOutside, outward('local')]),
  {
    files: ['aws/**', 'local/aws/**'],
    rules: { 'no-restricted-syntax': ['error', clientWithoutConfig] },
  },
);
