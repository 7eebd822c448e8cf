import type { Construct } from 'constructs';
import { DestinationAccount } from './accounts/DestinationAccount';
import { SourceAccount, type FunctionCode } from './accounts/SourceAccount';
import { useBackend } from './backends';
import { DcsStack } from './DcsStack';
import { accountProvider, mappingProvider, sourceInDestinationRegion } from './providers';
import type { BackendSettings } from '../settings/backend';
import type { Settings } from '../settings/schema';

export interface TogetherStackProps {
  readonly settings: Settings;
  readonly code: FunctionCode;
  readonly backend: BackendSettings;
}

/** Both accounts in one stack, with one state. */
export class TogetherStack extends DcsStack {
  constructor(scope: Construct, id: string, { settings, code, backend }: TogetherStackProps) {
    super(scope, id);
    useBackend(this, id, backend);
    const destination = new DestinationAccount(this, 'destination', {
      settings,
      code,
      provider: accountProvider(this, 'destination', settings),
    });
    const provider = accountProvider(this, 'source', settings);
    new SourceAccount(this, 'source', {
      settings,
      code,
      provider,
      mappingProvider: mappingProvider(this, provider, settings),
      providerInDestinationRegion: sourceInDestinationRegion(this, settings),
      destinationKeyArn: destination.keyArn,
      after: destination.guards,
    });
  }
}
