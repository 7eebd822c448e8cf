import { describeDeployment } from './support/describeDeployment';

/** One stack with both accounts, encrypted with S3's own keys. */
describeDeployment('together', {
  'aws_lambda_function logging_config': 'moto does not keep the LoggingConfig of a function',
});
