import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { AwsSettings } from '../../aws/awsSettings';
import { sdkClientConfig } from '../../aws/sdkClient';

export async function createStateMachine(
  settings: AwsSettings,
  machine: { readonly name: string; readonly definition: string; readonly roleArn: string },
): Promise<void> {
  const client = new SFNClient(sdkClientConfig(settings));
  try {
    await client.send(new CreateStateMachineCommand(machine));
  } finally {
    client.destroy();
  }
}
