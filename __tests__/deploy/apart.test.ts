import { describeDeployment } from './support/describeDeployment';

/** Two stacks, the destination first; with customer-managed keys, so that the source has to be told the destination's. */
describeDeployment('apart', {
  'aws_lambda_function logging_config': 'moto does not keep the LoggingConfig of a function',
  'aws_s3_bucket_replication_configuration rule[0].source_selection_criteria':
    'moto does not keep the SourceSelectionCriteria of a rule',
});
