import { InterruptedError, UsageError } from '../../core/errors';

test('problems are told together, each on a line of its own', () => {
  const error = new UsageError(['--key is missing', '--into is missing']);
  expect(error.message).toBe('--key is missing\n--into is missing');
  expect(error.problems).toEqual(['--key is missing', '--into is missing']);
});

test('who stops a command is told how it goes on', () => {
  expect(new InterruptedError().message).toBe('stopped before the end; the same command continues');
});
