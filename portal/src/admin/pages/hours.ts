const hourMs = 3_600_000;
const hoursShown = 24;

/** How many of these times lie in each of the last 24 hours, the oldest first. */
export function perHour(timesMs: readonly number[], nowMs: number): readonly number[] {
  const out = new Array<number>(hoursShown).fill(0);
  for (const time of timesMs) {
    const ago = Math.floor((nowMs - time) / hourMs);
    if (ago < 0 || ago >= hoursShown) continue;
    const at = hoursShown - 1 - ago;
    out[at] = (out[at] ?? 0) + 1;
  }
  return out;
}
