import { z } from 'zod';
import { isEndpointUrl } from '../core/endpointUrl';

/*
 * Building blocks of the settings. Each names what it allows in words; the same words become the error message, so that
 * a message always says what would have been right. Descriptions go into the JSON Schema that editors show.
 */

export interface FieldWords {
  /** What the field is for, with what it means when left out. */
  readonly description: string;
  /** What may be written, as a noun phrase: "12 digits in quotes". */
  readonly allowed: string;
}

export function text(pattern: RegExp, { description, allowed }: FieldWords) {
  return z.string({ error: allowed }).regex(pattern, { error: allowed }).describe(description);
}

export function wholeNumber(minimum: number, maximum: number, description: string) {
  return bounded(minimum, maximum, `a whole number from ${minimum} to ${maximum}`).describe(description);
}

export function wholeNumberOrNull(minimum: number, maximum: number, description: string) {
  const allowed = `a whole number from ${minimum} to ${maximum}, or null`;
  return bounded(minimum, maximum, allowed).nullable().describe(description);
}

function bounded(minimum: number, maximum: number, allowed: string) {
  const words = { error: allowed };
  return z.int(words).min(minimum, words).max(maximum, words);
}

export function yesOrNo(description: string) {
  return z.boolean({ error: 'true or false' }).describe(description);
}

export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words, description: string) {
  return z.enum(words, { error: `one of ${words.map((word) => `"${word}"`).join(', ')}` }).describe(description);
}

/** An object whose unknown keys are problems too: a misspelt setting would otherwise be ignored in silence. */
export function group<Shape extends z.ZodRawShape>(shape: Shape, description: string) {
  const known = Object.keys(shape).join(', ');
  return z
    .strictObject(shape, {
      error: (issue) => (issue.code === 'unrecognized_keys' ? `the settings known here: ${known}` : 'an object'),
    })
    .describe(description);
}

export const accountId = (description: string) =>
  text(/^\d{12}$/, { description, allowed: '12 digits in quotes (an AWS account id)' });

export const region = (description: string) =>
  text(/^[a-z]{2,4}(-[a-z]+)+-\d$/, { description, allowed: 'an AWS region, such as "eu-central-1"' });

/** S3's rules for bucket names (userguide/bucketnamingrules), without dots: a dot breaks TLS to virtual-hosted buckets. */
export const bucketName = (description: string) =>
  text(/^(?!xn--|sthree-|amzn-s3-demo-)(?!.*(-s3alias|--ol-s3|--x-s3|--table-s3)$)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, {
    description,
    allowed:
      '3 to 63 lowercase letters, digits and hyphens, a letter or digit at both ends, none of the prefixes and suffixes that S3 reserves',
  });

export const roleArn = (description: string) =>
  text(/^arn:aws(-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]+$/, {
    description,
    allowed: 'the ARN of a role, such as "arn:aws:iam::111111111111:role/deploy"',
  });

export const principalArn = (description: string) =>
  text(/^arn:aws(-[a-z]+)*:iam::\d{12}:(root|(role|user)\/[\w+=,.@/-]+)$/, {
    description,
    allowed: 'the ARN of a role, a user or an account root; no wildcard',
  });

export const policyArn = (description: string) =>
  text(/^arn:aws(-[a-z]+)*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/, {
    description,
    allowed: 'the ARN of a managed policy, such as "arn:aws:iam::111111111111:policy/boundary"',
  });

export const kmsKeyArn = (description: string) =>
  text(/^arn:aws(-[a-z]+)*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, {
    description,
    allowed: 'the full ARN of a KMS key, not of an alias',
  });

export function httpUrl(description: string) {
  const allowed = 'an http or https address without a path';
  return text(/^https?:\/\/[^\s/?#@]+(:\d+)?\/?$/, { description, allowed }).refine(isEndpointUrl, { error: allowed });
}
