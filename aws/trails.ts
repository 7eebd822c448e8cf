import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import type { AwsSettings } from './awsSettings';
import { couldNotLook } from './couldNotLook';
import { sdkClientConfig } from './sdkClient';
import type { TrailSelectors } from './trailSelectors';

/** A trail of CloudTrail that takes down what happens in a Region. */
export type Trail = SeenTrail | UnseenTrail;

/** One that is listed, and of which more is not told: as that of an organization, which belongs to another account. */
export interface UnseenTrail {
  readonly arn: string;
  readonly unseen: string;
}

export interface SeenTrail {
  readonly arn: string;
  /** It writes at present. */
  readonly isLogging: boolean;
  readonly selectors: TrailSelectors;
}

/** The trails that are of a Region: its own, those of all Regions, and those of the organization. */
export async function trailsOf(settings: AwsSettings): Promise<Trail[]> {
  const client = new CloudTrailClient(sdkClientConfig(settings));
  const { trailList = [] } = await client.send(new DescribeTrailsCommand({ includeShadowTrails: true }));
  return Promise.all(
    trailList.map(async ({ TrailARN: arn = '' }) => {
      try {
        const { IsLogging } = await client.send(new GetTrailStatusCommand({ Name: arn }));
        const selectors = await client.send(new GetEventSelectorsCommand({ TrailName: arn }));
        return { arn, isLogging: IsLogging === true, selectors };
      } catch (error) {
        const { name, message } = error as Error;
        if (!NOT_TOLD.includes(name) && !couldNotLook(error)) throw error;
        return { arn, unseen: `${name}: ${message}` };
      }
    }),
  );
}

/** What the two calls answer of a trail that this account does not get to see (API reference, GetTrailStatus and GetEventSelectors). */
const NOT_TOLD = [
  'CloudTrailARNInvalidException',
  'InvalidTrailNameException',
  'NoManagementAccountSLRExistsException',
  'OperationNotPermittedException',
  'TrailNotFoundException',
  'UnsupportedOperationException',
];
