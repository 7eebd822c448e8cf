import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { forShell } from '../../core/forShell';
import { anyCharacter } from '../support/anyCharacter';

test('law: a shell takes each word for what it was', () => {
  const word = fc
    .string({ unit: anyCharacter, minLength: 1 })
    .filter((text) => !text.includes('\u0000') && Buffer.from(text).toString() === text);
  const words = [
    "a'b",
    '$(true)',
    '`id`',
    '~',
    '--key',
    'a b',
    '\\',
    '!x',
    '',
    ...fc.sample(word, { numRuns: 300, seed: 5 }),
  ];
  const line = `printf '%s\\0' ${words.map(forShell).join(' ')}`;
  expect(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' }).split('\u0000').slice(0, -1)).toEqual(words);
});
