import { DcsError } from '../../core/errors';

/** A line of a manifest. */
export interface ManifestTask {
  readonly bucket: string;
  readonly objectKey: string;
  /** As the manifest has it. */
  readonly encodedKey: string;
  readonly versionId: string;
}

/**
 * Every line has a bucket, a key in percent-encoding and a version id; one that has not makes all of it unusable. Source: S3 user guide,
 * batch-ops-create-job, "Creating a manifest file".
 *
 * @throws DcsError
 */
export function readManifest(text: string): ManifestTask[] {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length === 0) throw new DcsError('the manifest is empty');
  return lines.map((line, index) => {
    const [bucket = '', encodedKey = '', versionId = '', ...more] = line.split(',');
    const objectKey = decoded(encodedKey);
    if (bucket === '' || versionId === '' || more.length > 0 || objectKey === undefined)
      throw new DcsError(`line ${index + 1} of the manifest cannot be used: ${JSON.stringify(line)}`);
    return { bucket, objectKey, encodedKey, versionId };
  });
}

/** Undefined where a character stands for itself that has to be encoded. */
function decoded(key: string): string | undefined {
  if (!/^(?:[\w.~!*'()/-]|%[\dA-F]{2})+$/.test(key)) return undefined;
  try {
    return decodeURIComponent(key);
  } catch {
    return undefined;
  }
}
