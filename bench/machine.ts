import { cpus, totalmem } from 'node:os';

/** What the figures were measured on. */
export function machine(): string {
  const [first] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `Node.js ${process.versions.node}, ${cpus().length} × ${first?.model.trim() ?? 'CPU'}, ${gigabytes} GB`;
}
