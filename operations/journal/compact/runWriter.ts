import { gzipSync } from 'node:zlib';
import { LARGER_BASE_PARTS } from '../../../core/journal/baseFiles';
import { MemberFileWriter, type MemberFile } from '../../../core/journal/memberFile';
import { runFolder, runPartName, indexNameOf, type RunPart } from '../../../core/journal/runManifest';
import { sha256Of } from '../runs/readFile';
import { putChecked } from './putChecked';
import { COMPACT_LIMITS, type CompactRequest } from './request';

/**
 * Of 600-byte changes with as much in them that is random as orders have, 1 leaves 173 bytes a change, 4 leaves 156 and 6 leaves 140; 6 takes
 * a third more time than 1 in all.
 */
export const GZIP_LEVEL = 6;

const PROBE = Array.from({ length: 2_000 }, (_, i) => `${i * i}`).join(' ');

/** What the bytes of a compressed file depend on, beside the text: versions of zlib make others of the same. */
const COMPRESSOR = `gzip ${GZIP_LEVEL} ${sha256Of(gzipSync(PROBE, { level: GZIP_LEVEL })).slice(0, 16)}`;

/**
 * What made the bytes of a run or a base, which is in its name: a version that cuts the parts elsewhere begins another one, and goes on with none that was not
 * finished.
 */
export function compressorOf(kind: 'run' | 'base', { limits }: Pick<CompactRequest, 'limits'>): string {
  const { partBytes, memberTextBytes, basePartTextBytes } = { ...COMPACT_LIMITS, ...limits };
  const { from, times } = LARGER_BASE_PARTS;
  const cuts = kind === 'run' ? [partBytes, memberTextBytes] : [basePartTextBytes, from, times];
  return `${COMPRESSOR} ${cuts.join(' ')}`;
}

/** Makes the parts of a run, and puts each as soon as it is full. */
export class RunWriter {
  readonly parts: RunPart[] = [];
  private readonly writer: MemberFileWriter;
  private readonly partBytes: number;

  constructor(
    private readonly request: CompactRequest,
    private readonly name: string,
  ) {
    const { partBytes, memberTextBytes } = { ...COMPACT_LIMITS, ...request.limits };
    this.partBytes = partBytes;
    this.writer = new MemberFileWriter(GZIP_LEVEL, memberTextBytes);
  }

  /**
   * @param hash of the lines' object key
   * @param lines in hash order
   */
  add(hash: string, lines: readonly string[]): void | Promise<void> {
    for (const line of lines) this.writer.add(hash, line);
    return this.writer.sizeBytes < this.partBytes ? undefined : this.put();
  }

  get lines(): number {
    return this.parts.reduce((total, { lines }) => total + lines, this.writer.lines);
  }

  /** @returns the parts, all of them stored and read back */
  async end(): Promise<readonly RunPart[]> {
    if (this.writer.lines > 0) await this.put();
    return this.parts;
  }

  private async put(): Promise<void> {
    const { bytes, index, lines, firstHash }: MemberFile = this.writer.end();
    const name = runPartName(this.parts.length);
    const folder = runFolder(this.request.table, this.name);
    const sha256 = await putChecked(this.request, folder + name, bytes);
    const indexSha256 = await putChecked(this.request, folder + indexNameOf(name), index);
    this.parts.push({ name, bytes: bytes.length, sha256, indexSha256, lines, firstHash });
  }
}
