// Figures of attacks.

/** The newest that pages show and count; there may be sixty times as many. */
export const newestBans = { ended: true, newest: true, limit: 1_000 } as const;

export interface Origin {
  /** Empty: nobody knows. */
  readonly country: string;
  readonly count: number;
}

/** How often each country is named, the most first; the unknown stand last among equals. */
export function byCountry(countries: readonly string[]): readonly Origin[] {
  const counts = new Map<string, number>();
  for (const country of countries) counts.set(country, (counts.get(country) ?? 0) + 1);
  return [...counts]
    .map(([country, count]) => ({ country, count }))
    .sort((a, b) => b.count - a.count || Number(a.country === '') - Number(b.country === '') || a.country.localeCompare(b.country));
}

/** 0 to 4: how strongly a country is filled; whoever is there at all is seen. */
export function levelOf(count: number, most: number): number {
  return count === 0 || most === 0 ? 0 : Math.max(1, Math.round((4 * count) / most));
}
