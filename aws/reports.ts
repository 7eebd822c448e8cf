import { drillIndexKey, drillsKey, reportKey, reportsPrefix, type ReportKind } from '../core/serviceKeys';
import type { TableLocation } from '../core/objectKey';
import { s3CurrentLister } from './currentObjects';
import type { S3ClientSettings } from './s3Client';
import { s3TextStore } from './textStore';

/** A report as it was stored: one JSON document. */
export interface StoredReport {
  readonly objectKey: string;
  readonly storedAtMs: number;
  readonly text: string;
}

/** Reports about a table, kept in the destination bucket, where Object Lock keeps them from being changed afterwards. */
export interface ReportStore {
  /** @returns the object key of the report */
  write(kind: ReportKind, atMs: number, text: string, extension?: 'json' | 'html'): Promise<string>;
  /** The newest JSON report of this kind, or undefined when there is none. */
  newest(kind: ReportKind): Promise<StoredReport | undefined>;
  /** The newest JSON reports of this kind, newest first. */
  newestOf(kind: ReportKind, most: number): Promise<StoredReport[]>;
  /** Writes the page that lists all drills of the table anew. @returns its object key */
  writeDrillIndex(html: string): Promise<string>;
  /** Writes the page that lists the last drill of every table anew. @returns its object key */
  writeDrills(html: string): Promise<string>;
}

const HTML = 'text/html; charset=utf-8';

export function s3ReportStore(settings: S3ClientSettings & { bucket: string }, location: TableLocation): ReportStore {
  const texts = s3TextStore(settings);
  const lister = s3CurrentLister(settings);
  const writePage = async (objectKey: string, html: string) => {
    await texts.write(objectKey, html, HTML);
    return objectKey;
  };
  return {
    async write(kind, atMs, text, extension = 'json') {
      const objectKey = reportKey(location, kind, atMs, extension);
      await texts.write(objectKey, text, extension === 'html' ? HTML : 'application/json');
      return objectKey;
    },
    async newest(kind) {
      let newest: Omit<StoredReport, 'text'> | undefined;
      let after: { objectKey: string } | undefined;
      do {
        const page = await lister.page(reportsPrefix(location, kind), { after });
        newest = page.versions.filter(({ objectKey }) => objectKey.endsWith('.json')).at(-1) ?? newest;
        after = page.next;
      } while (after);
      if (!newest) return undefined;
      const { objectKey, storedAtMs } = newest;
      const text = await texts.read(objectKey);
      return text === undefined ? undefined : { objectKey, storedAtMs, text };
    },
    newestOf: (kind, most) => newestReports(settings, location, kind, most),
    writeDrillIndex: (html) => writePage(drillIndexKey(location), html),
    writeDrills: (html) => writePage(drillsKey(location.prefix), html),
  };
}

/** The newest JSON reports of a kind, newest first. */
export async function newestReports(
  settings: S3ClientSettings & { bucket: string },
  location: TableLocation,
  kind: ReportKind,
  most: number,
): Promise<StoredReport[]> {
  const lister = s3CurrentLister(settings);
  let newest: Omit<StoredReport, 'text'>[] = [];
  let after: { objectKey: string } | undefined;
  do {
    const page = await lister.page(reportsPrefix(location, kind), { after });
    newest = [...newest, ...page.versions.filter(({ objectKey }) => objectKey.endsWith('.json'))].slice(-most);
    after = page.next;
  } while (after);
  const texts = s3TextStore(settings);
  const read = await Promise.all(
    newest.map(async ({ objectKey, storedAtMs }) => ({ objectKey, storedAtMs, text: await texts.read(objectKey) })),
  );
  return read.flatMap(({ text, ...report }) => (text === undefined ? [] : [{ ...report, text }])).reverse();
}
