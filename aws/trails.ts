import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';
import type { TrailSelectors } from './trailSelectors';

/** A trail of CloudTrail that takes down what happens in a Region. */
export interface Trail {
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
    trailList.map(async ({ TrailARN = '' }) => {
      const { IsLogging } = await client.send(new GetTrailStatusCommand({ Name: TrailARN }));
      const selectors = await client.send(new GetEventSelectorsCommand({ TrailName: TrailARN }));
      return { arn: TrailARN, isLogging: IsLogging === true, selectors };
    }),
  );
}
