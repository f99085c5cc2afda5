// How one side of a call sounded, as a person reads it.

interface Leg {
  readonly encryption: string;
  readonly suite: string;
  readonly mos: number | null;
  readonly lost: number | null;
}

/** How one side of a call was encrypted and how it sounded; a dash for what nobody measured. */
export function soundOf({ encryption, suite, mos, lost }: Leg, inWords: (count: string) => string): string {
  const dash = (figure: string | undefined) => figure ?? '-';
  return `${suite === '' ? encryption : `${encryption} ${suite}`}, MOS ${dash(mos?.toFixed(1))}, ${inWords(dash(lost?.toString()))}`;
}
