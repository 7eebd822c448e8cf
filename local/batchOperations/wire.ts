import {
  BatchRefusal,
  type BatchOperationsStandIn,
  type CreateJobInput,
  type ManifestGenerator,
  type StandInJob,
} from './standIn';

/** An answer of the endpoint, with a body in XML. */
export interface WireAnswer {
  readonly status: number;
  readonly body: string;
}

const JOBS = /^\/v20180820\/jobs(?:\/([\w-]+))?(?:\?|$)/;

/** Answers CreateJob, DescribeJob and ListJobs. Source: S3 API reference, of S3 Control: REST, with bodies in XML. */
export async function answerJobs(
  standIn: BatchOperationsStandIn,
  { method, path, body, accountId }: { method?: string; path?: string; body: string; accountId?: string },
): Promise<WireAnswer> {
  const [, id] = JOBS.exec(path ?? '') ?? [];
  try {
    if (!/^\d{12}$/.test(accountId ?? '')) throw new BatchRefusal('InvalidRequest', 'x-amz-account-id is missing');
    if (method === 'POST')
      return found(`<CreateJobResult><JobId>${standIn.create(readJob(body)).id}</JobId></CreateJobResult>`);
    if (id !== undefined)
      return found(`<DescribeJobResult><Job>${described(await standIn.look(id))}</Job></DescribeJobResult>`);
    return found(`<ListJobsResult><Jobs>${standIn.jobs.map(listed).join('')}</Jobs></ListJobsResult>`);
  } catch (error) {
    if (!(error instanceof BatchRefusal)) throw error;
    const { code, message } = error;
    const status = code === 'NoSuchJobException' ? 404 : 400;
    return {
      status,
      body: `<ErrorResponse><Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error></ErrorResponse>`,
    };
  }
}

function found(body: string): WireAnswer {
  return { status: 200, body: `<?xml version="1.0" encoding="UTF-8"?>${body}` };
}

/** What an element holds, elements among it. */
function inside(xml: string, name: string): string {
  return new RegExp(`<${name}(?:\\s[^>]*)?>([^]*?)</${name}>`).exec(xml)?.[1] ?? '';
}

/** The same of an element that holds text alone. */
function textIn(xml: string, name: string): string {
  return inside(xml, name)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

function readJob(xml: string): CreateJobInput {
  const [report, manifest] = [inside(xml, 'Report'), inside(xml, 'Manifest')];
  const generator = inside(xml, 'ManifestGenerator');
  const rest = xml.replace(report, '').replace(manifest, '').replace(generator, '');
  const [, name = '', options = ''] = /<(\w+)(?:\/>|>([^]*)<\/\1>)/.exec(inside(xml, 'Operation')) ?? [];
  return {
    token: textIn(rest, 'ClientRequestToken'),
    description: textIn(rest, 'Description'),
    roleArn: textIn(rest, 'RoleArn'),
    confirmationRequired: textIn(rest, 'ConfirmationRequired') !== 'false',
    manifest:
      manifest === ''
        ? undefined
        : {
            format: textIn(manifest, 'Format'),
            fields: [...inside(manifest, 'Fields').matchAll(/<member>(\w+)<\/member>/g)].map(([, field = '']) => field),
            objectArn: textIn(manifest, 'ObjectArn'),
          },
    manifestEtag: textIn(manifest, 'ETag'),
    generator: generator === '' ? undefined : readGenerator(generator),
    report:
      textIn(report, 'Enabled') === 'false'
        ? undefined
        : {
            bucketArn: textIn(report, 'Bucket'),
            prefix: textIn(report, 'Prefix'),
            format: textIn(report, 'Format'),
            scope: textIn(report, 'ReportScope'),
          },
    operation: {
      name,
      options: Object.fromEntries(
        [...options.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, key = '', value = '']) => [key, value]),
      ),
    },
  };
}

function readGenerator(xml: string): ManifestGenerator {
  const members = (name: string) =>
    [...inside(xml, name).matchAll(/<member>([^<]*)<\/member>/g)].map(([member]) => textIn(member, 'member'));
  return {
    sourceBucketArn: textIn(xml, 'SourceBucket'),
    keepsManifest: textIn(xml, 'EnableManifestOutput'),
    isEligibleForReplication: textIn(xml, 'EligibleForReplication'),
    replicationStatuses: members('ObjectReplicationStatuses'),
    prefixes: members('MatchAnyPrefix'),
  };
}

function described(job: StandInJob): string {
  const { id, status, description, manifest, manifestEtag, report, total, succeeded, failed, failure } = job;
  const reasons = failure
    ? `<FailureReasons><member><FailureCode>${failure.code}</FailureCode><FailureReason>${escaped(failure.reason)}</FailureReason></member></FailureReasons>`
    : '';
  return (
    `<JobId>${id}</JobId><Status>${status}</Status><Description>${escaped(description)}</Description>` +
    (manifest
      ? `<Manifest><Spec><Format>${manifest.format}</Format></Spec><Location><ObjectArn>${escaped(manifest.objectArn)}</ObjectArn><ETag>${manifestEtag}</ETag></Location></Manifest>`
      : '') +
    (report
      ? `<Report><Bucket>${report.bucketArn}</Bucket><Prefix>${escaped(report.prefix)}</Prefix><Enabled>true</Enabled></Report>`
      : '<Report><Enabled>false</Enabled></Report>') +
    `<ProgressSummary><TotalNumberOfTasks>${total}</TotalNumberOfTasks><NumberOfTasksSucceeded>${succeeded}</NumberOfTasksSucceeded><NumberOfTasksFailed>${failed}</NumberOfTasksFailed></ProgressSummary>${reasons}`
  );
}

function listed({ id, status, description }: StandInJob): string {
  return `<member><JobId>${id}</JobId><Description>${escaped(description)}</Description><Status>${status}</Status></member>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
