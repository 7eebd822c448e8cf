import { InterruptedError, UnreadableImageError, UsageError } from '../../core/errors';

test('problems are told together, each on a line of its own', () => {
  const error = new UsageError(['--key is missing', '--into is missing']);
  expect(error.message).toBe('--key is missing\n--into is missing');
  expect(error.problems).toEqual(['--key is missing', '--into is missing']);
});

test('who stops a command is told how it goes on', () => {
  expect(new InterruptedError().message).toBe('stopped before the end');
});

test('an error that quotes what came from outside is one line, has the name of its class, and keeps its cause', () => {
  const cause = new Error('first');
  const error = new UnreadableImageError('it says "a\nb\u202E"', { cause });
  expect(error.message).toBe('it says "a\\u000ab\\u202e"');
  expect([error.name, error.cause]).toEqual(['UnreadableImageError', cause]);
});
