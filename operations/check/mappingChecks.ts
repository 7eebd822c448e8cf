import type { EventSourceMappingConfiguration } from '../../aws/captureFunction';
import type { Names } from '../../settings/names';
import { parseStreamArn } from '../../core/streamArn';
import { DEPLOY, expect, ok, problem, warning, type Checks, type Judgement } from './finding';

interface MappingFacts {
  readonly names: Names;
  readonly functionName: string;
  readonly limits: { readonly maximumRetryAttempts: number; readonly maximumRecordAgeSeconds: number };
  /** The table's current stream. */
  readonly streamArn: string | undefined;
  /** Of the function, of whatever stream. */
  readonly mappings: readonly EventSourceMappingConfiguration[];
}

/** Whether the table's current stream feeds the capture function, and so that nothing can be lost. */
export const MAPPING_CHECKS: Checks<MappingFacts> = {
  mapping(facts) {
    if (ofCurrentStream(facts)) return ok(`from stream ${labelOf(facts.streamArn)} to ${facts.functionName}`);
    const others = facts.mappings.map(({ EventSourceArn }) => labelOf(EventSourceArn)).join(', ');
    const found = others === '' ? 'no event source mapping' : `a mapping of another stream: ${others}`;
    const expected = `one from the table's current stream, ${labelOf(facts.streamArn)}`;
    const table = parseStreamArn(facts.streamArn ?? '')?.tableName ?? 'TABLE';
    return problem(
      found,
      expected,
      `${DEPLOY}; what changed since the stream began is read if it is younger than 24 hours, else: dcs backfill ${table}`,
    );
  },
  'mapping-enabled': judged(({ State, StateTransitionReason, UUID }) =>
    expect(
      State === 'Enabled' || State === 'Enabling' || State === 'Creating',
      `${State ?? 'no state'}${StateTransitionReason === undefined || State === 'Enabled' ? '' : ` (${StateTransitionReason})`}`,
      'Enabled, before the stream forgets after 24 hours',
      `aws lambda update-event-source-mapping --uuid ${UUID ?? ''} --enabled`,
    ),
  ),
  'mapping-result': judged(({ LastProcessingResult = 'No records processed' }, { functionName }) =>
    expect(
      /^(OK|No records processed)$/i.test(LastProcessingResult),
      LastProcessingResult,
      'OK',
      `look at the logs of ${functionName}: aws logs tail /aws/lambda/${functionName} --since 1h`,
    ),
  ),
  'mapping-partial-responses': judged(({ FunctionResponseTypes = [] }) =>
    expect(
      FunctionResponseTypes.includes('ReportBatchItemFailures'),
      FunctionResponseTypes.join(', ') || 'none',
      'ReportBatchItemFailures: without it a failed record passes for done',
      DEPLOY,
    ),
  ),
  'mapping-filter': judged(({ FilterCriteria }) => {
    const patterns = (FilterCriteria?.Filters ?? []).map(({ Pattern }) => Pattern ?? '');
    return expect(
      patterns.length === 0,
      patterns.length === 0 ? 'none' : patterns.join(' or '),
      'none: what no filter lets through is never captured, and passes for done',
      DEPLOY,
    );
  }),
  'mapping-bisect': judged(({ BisectBatchOnFunctionError }) =>
    expect(
      BisectBatchOnFunctionError === true,
      BisectBatchOnFunctionError === true ? 'on' : 'off',
      'on: without it one bad record holds up its whole batch',
      DEPLOY,
    ),
  ),
  'mapping-parking': judged(({ DestinationConfig }, { names }) => {
    const destination = DestinationConfig?.OnFailure?.Destination;
    return expect(
      destination === names.sourceBucketArn,
      destination ?? 'none',
      `${names.sourceBucketArn}: without it a batch that fails for good is lost`,
      DEPLOY,
    );
  }),
  'mapping-retries': judged(({ MaximumRetryAttempts = -1, MaximumRecordAgeInSeconds = -1 }, { limits }) => {
    const found = `${bound(MaximumRetryAttempts)} retries, records of ${bound(MaximumRecordAgeInSeconds)} s`;
    const { maximumRetryAttempts: retries, maximumRecordAgeSeconds: age } = limits;
    const expected = `${retries} retries, records of ${age} s (capture.maximumRetryAttempts, maximumRecordAgeSeconds)`;
    if (MaximumRecordAgeInSeconds < 0 || MaximumRecordAgeInSeconds > 86_400)
      return problem(found, `${expected}: the stream forgets after 86,400 s, parked or not`, DEPLOY);
    const isSet = MaximumRetryAttempts === retries && MaximumRecordAgeInSeconds === age;
    return isSet ? ok(found) : warning(found, expected, DEPLOY);
  }),
};

function ofCurrentStream({ mappings, streamArn }: MappingFacts): EventSourceMappingConfiguration | undefined {
  return streamArn === undefined ? undefined : mappings.find(({ EventSourceArn }) => EventSourceArn === streamArn);
}

/** Judges the mapping of the current stream; where there is none, the check of that says so. */
function judged(judge: (mapping: EventSourceMappingConfiguration, facts: MappingFacts) => Judgement) {
  return (facts: MappingFacts): Judgement | undefined => {
    const mapping = ofCurrentStream(facts);
    return mapping && judge(mapping, facts);
  };
}

function labelOf(streamArn: string | undefined): string {
  return parseStreamArn(streamArn ?? '')?.streamLabel ?? streamArn ?? 'which it does not have';
}

function bound(number: number): string {
  return number < 0 ? 'endless' : String(number);
}
