// What is looked for everywhere.

export interface Found {
  readonly title: string;
  readonly more: string;
  readonly link: string;
}

const foundShown = 12;

/** Those that have every word; whose title begins so come first. */
export function search(all: readonly Found[], wanted: string): readonly Found[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const ranked: [number, Found][] = [];
  for (const each of all) {
    const title = each.title.toLowerCase();
    const text = `${title} ${each.more.toLowerCase()}`;
    if (!words.every((word) => text.includes(word))) continue;
    const first = words[0] ?? '';
    ranked.push([title.startsWith(first) ? 0 : title.includes(first) ? 1 : 2, each]);
  }
  return ranked
    .sort(([a], [b]) => a - b)
    .slice(0, foundShown)
    .map(([, each]) => each);
}
