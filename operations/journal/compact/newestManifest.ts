interface Made {
  readonly manifest: { readonly madeAt: string };
  readonly manifestSha256: string;
}

/** The SHA-256 of the manifest that was made last; null for none. */
export function newestOf(made: readonly Made[]): string | null {
  const newest = made.reduce<Made | undefined>(
    (best, one) => (best && best.manifest.madeAt >= one.manifest.madeAt ? best : one),
    undefined,
  );
  return newest?.manifestSha256 ?? null;
}
