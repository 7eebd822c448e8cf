import { imagesOfMonth } from './images';
import { journalOfMonth } from './journal';
import type { CostLine } from './lines';
import { otherWays } from './others';
import type { Keeping, Move, Workload } from './workload';

/** A way to keep a copy of a table: what a month of it costs, and what is lost with it beside the way that is deployed. */
export interface Way {
  /** layout: the other layout, with its default window first. */
  readonly kind: 'deployed' | 'layout' | 'window' | 'storageClass' | 'other';
  readonly name: string;
  readonly lines: readonly CostLine[];
  /** Empty: nothing. */
  readonly lost: string;
}

/** What is deployed, and everything that it is compared with. */
export function waysOf(workload: Workload): Way[] {
  const others = otherWays(workload).map((way) => ({ ...way, kind: 'other' as const }));
  return [...(workload.keeping.layout === 'journal' ? withJournal(workload) : withImages(workload)), ...others];
}

function withImages(workload: Workload): Way[] {
  const images = imagesWay(workload);
  const { keeping } = workload;
  const { windowSeconds } = keeping;
  return [
    images('Images, as the settings have it', 'deployed', {}),
    ...[1, 10, 60]
      .filter((seconds) => seconds !== windowSeconds)
      .map((seconds) =>
        images(`Images, batches of ${seconds} s`, 'window', { windowSeconds: seconds }, waits(seconds - windowSeconds)),
      ),
    ...[10, 60].map((seconds) => journal(workload, seconds, 'layout', lostInJournal(seconds))),
    images(
      'Images in STANDARD_IA',
      'storageClass',
      inOneClass('STANDARD_IA', keeping),
      'reads that cost the request alone: each GB is billed too',
    ),
    images(
      'Replaced images in GLACIER_IR after 30 days',
      'storageClass',
      movedTo('GLACIER_IR', keeping),
      'reads that cost the request alone: each GB is billed too',
    ),
    images(
      'Replaced images in GLACIER after 30 days',
      'storageClass',
      movedTo('GLACIER', keeping),
      'earlier states at once: they are asked back for hours',
    ),
  ];
}

function withJournal(workload: Workload): Way[] {
  const { windowSeconds } = workload.keeping.journal;
  const { windowSeconds: ofImages } = workload.keeping;
  return [
    {
      ...{ kind: 'deployed', name: 'Journal, as the settings have it', lost: '' },
      lines: journalOfMonth(workload),
    },
    ...[10, 60]
      .filter((seconds) => seconds !== windowSeconds)
      .map((seconds) => journal(workload, seconds, 'window', waits(seconds - windowSeconds))),
    imagesWay(workload)(`Images, batches of ${ofImages} s`, 'layout', {}),
  ];
}

function imagesWay({ keeping, ...workload }: Workload) {
  return (name: string, kind: Way['kind'], other: Partial<Keeping>, lost = ''): Way => ({
    ...{ kind, name, lost },
    lines: imagesOfMonth({ ...workload, keeping: { ...keeping, ...other } }),
  });
}

function waits(seconds: number): string {
  return seconds > 0 ? `up to ${seconds} s more of changes when the source Region is lost` : '';
}

function journal(workload: Workload, windowSeconds: number, kind: Way['kind'], lost: string): Way {
  const name = `Journal, batches of ${windowSeconds} s`;
  return { kind, name, lines: journalOfMonth(workload, windowSeconds), lost };
}

function lostInJournal(windowSeconds: number): string {
  return `a readable object for each item; up to ${windowSeconds} s of changes when the source Region is lost; erasing one person rewrites files`;
}

function inOneClass(storageClass: string, { source, destination }: Keeping): Partial<Keeping> {
  return {
    ...{ smallImageStorageClass: storageClass, largeImageStorageClass: storageClass },
    source: { days: source.days },
    destination: { days: destination.days },
  };
}

function movedTo(storageClass: string, { source, destination }: Keeping): Partial<Keeping> {
  const moved: Move = { storageClass, afterDays: 30, minimumBytes: 0 };
  return {
    ...{ smallImageStorageClass: 'STANDARD', largeImageStorageClass: 'STANDARD' },
    source: { ...source, moved },
    destination: { ...destination, moved },
  };
}
