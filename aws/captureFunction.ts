import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  type EventSourceMappingConfiguration,
  type FunctionConfiguration,
} from '@aws-sdk/client-lambda';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

/** A Lambda function and what feeds it, as Lambda describes them. */
export interface CaptureFunction {
  /** Undefined when there is no such function. */
  configuration(): Promise<FunctionConfiguration | undefined>;
  /** Every event source mapping of the function, of whatever stream. */
  mappings(): Promise<EventSourceMappingConfiguration[]>;
}

export type { EventSourceMappingConfiguration, FunctionConfiguration };

export function captureFunction(FunctionName: string, settings: AwsSettings): CaptureFunction {
  const client = new LambdaClient(sdkClientConfig(settings));
  return {
    async configuration() {
      try {
        return await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
      } catch (error) {
        if ((error as Error).name === 'ResourceNotFoundException') return undefined;
        throw error;
      }
    },
    async mappings() {
      const mappings: EventSourceMappingConfiguration[] = [];
      let Marker: string | undefined;
      do {
        const page = await client.send(new ListEventSourceMappingsCommand({ FunctionName, Marker }));
        mappings.push(...(page.EventSourceMappings ?? []));
        Marker = page.NextMarker;
      } while (Marker !== undefined);
      return mappings;
    },
  };
}
