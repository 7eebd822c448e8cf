import { DcsError } from '../../core/errors';
import { VARIABLES } from '../../core/functionVariables';

/** What both functions of the heartbeat read: the one that writes it, and the one that measures its replica. */
export interface HeartbeatSettings {
  readonly bucket: string;
  readonly prefix: string;
}

/** @throws DcsError that names every variable that is missing or wrong */
export function heartbeatSettings(environment: Readonly<Record<string, string | undefined>>): HeartbeatSettings {
  const { [VARIABLES.bucketName]: bucket = '', [VARIABLES.prefix]: prefix = '' } = environment;
  const problems = [
    ...(bucket === '' ? [`${VARIABLES.bucketName} is missing; set it to the name of the bucket`] : []),
    ...(prefix === '' || prefix.endsWith('/')
      ? []
      : [`${VARIABLES.prefix} is ${JSON.stringify(prefix)}; it has to end with a slash`]),
  ];
  if (problems.length === 0) return { bucket, prefix };
  throw new DcsError(`the function's environment is wrong: ${problems.join('. ')}.`);
}
