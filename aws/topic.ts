import { ListSubscriptionsByTopicCommand, SNSClient, type Subscription } from '@aws-sdk/client-sns';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

export type { Subscription };

/** Who is told what is published to a topic; undefined when there is no such topic. */
export async function subscriptionsOf(TopicArn: string, settings: AwsSettings): Promise<Subscription[] | undefined> {
  const client = new SNSClient(sdkClientConfig(settings));
  const subscriptions: Subscription[] = [];
  let NextToken: string | undefined;
  try {
    do {
      const page = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }));
      subscriptions.push(...(page.Subscriptions ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
  } catch (error) {
    if ((error as Error).name === 'NotFoundException') return undefined;
    throw error;
  }
  return subscriptions;
}
