import { TerraformVariable } from 'cdktf';
import type { Construct } from 'constructs';
import { DestinationAccount } from './accounts/DestinationAccount';
import { SourceAccount, type FunctionCode } from './accounts/SourceAccount';
import { useBackend } from './backends';
import { DcsStack } from './DcsStack';
import { partitionOf } from '../core/partitions';
import { accountProvider, mappingProvider, sourceInDestinationRegion } from './providers';
import type { BackendSettings } from '../settings/backend';
import type { Settings } from '../settings/schema';

export interface ApartStackProps {
  readonly settings: Settings;
  readonly backend: BackendSettings;
  readonly code: FunctionCode;
}

/** The destination account alone, with a state and credentials of its own. Deployed first. */
export class ApartDestinationStack extends DcsStack {
  constructor(scope: Construct, id: string, { settings, code, backend }: ApartStackProps) {
    super(scope, id);
    useBackend(this, id, backend);
    new DestinationAccount(this, 'destination', {
      settings,
      code,
      provider: accountProvider(this, 'destination', settings),
    });
  }
}

/** The source account alone. It knows the destination by the names in the settings, not by its state. */
export class ApartSourceStack extends DcsStack {
  constructor(scope: Construct, id: string, { settings, code, backend }: ApartStackProps) {
    super(scope, id);
    useBackend(this, id, backend);
    const provider = accountProvider(this, 'source', settings);
    new SourceAccount(this, 'source', {
      settings,
      code,
      provider,
      mappingProvider: mappingProvider(this, provider, settings),
      providerInDestinationRegion: sourceInDestinationRegion(this, settings),
      destinationKeyArn: this.destinationKeyArn(settings),
      after: [],
    });
  }

  /** The one thing that names do not tell: the id of a key is AWS's choice. The destination stack prints it when it is deployed. */
  private destinationKeyArn({ encryption, destination }: Settings): string | undefined {
    if (encryption.type !== 'customer-managed') return undefined;
    const start = `arn:${partitionOf(destination.region).name}:kms:${destination.region}:${destination.accountId}:key/`;
    const variable = new TerraformVariable(this, 'destination_key_arn', {
      type: 'string',
      description: 'ARN of the destination key: output destination_key_arn of the destination stack.',
    });
    variable.addValidation({
      condition: `\${startswith(var.destination_key_arn, "${start}")}`,
      errorMessage: `Not a key of the destination. It starts with ${start}; the destination stack prints it as destination_key_arn.`,
    });
    return variable.stringValue;
  }
}
