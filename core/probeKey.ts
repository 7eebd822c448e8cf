/** Below this are the probes of `dcs check`: `<prefix>=dcs/=check/`. No table is called `=check`. */
export function probesPrefix(prefix: string): string {
  return `${prefix}=dcs/=check/`;
}

/** The object key of one probe: `<prefix>=dcs/=check/<time>-<id>.json`. */
export function probeKey(prefix: string, atMs: number, id: string): string {
  return `${probesPrefix(prefix)}${new Date(atMs).toISOString()}-${id}.json`;
}
