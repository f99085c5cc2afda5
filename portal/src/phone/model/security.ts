// What protects a call: our own way to the server, and what the server says about the other side's.

/** Our own leg, as the browser measured it. */
export interface OwnLeg {
  /** The certificate at the other end of the media is the one that the page's own HTTPS server told us of. */
  readonly verified: boolean;
  readonly tls: string;
  readonly cipher: string;
}

/** What the server says in X-Ringfence-Media about the leg behind it. */
export interface OtherLeg {
  readonly protection: 'none' | 'sdes' | 'dtls' | 'unknown';
  readonly suite: string;
}

export type Grade = 'encrypted' | 'half' | 'pending';

/** One word for the badge: both legs, one leg, or not known yet. */
export function grade(own: OwnLeg | null, other: OtherLeg | null): Grade {
  if (!own?.verified) return 'pending';
  return other && (other.protection === 'sdes' || other.protection === 'dtls') ? 'encrypted' : 'half';
}

/** "sha-256 AB:CD:…" in one spelling, or null for what is not a SHA-256 fingerprint. */
export function fingerprint(text: string): string | null {
  const found = /^\s*sha-256\s+((?:[0-9a-f]{2}:){31}[0-9a-f]{2})\s*$/i.exec(text);
  return found?.[1] ? `sha-256 ${found[1].toUpperCase()}` : null;
}

/** All of a description's fingerprints: as told, whether or not they are of a kind that we know. */
export function fingerprintsOf(sdp: string): string[] {
  return Array.from(sdp.matchAll(/^a=fingerprint:(.*?)\s*$/gim), (line) => line[1] ?? '');
}

/**
 * Whether a description from the server promises the one certificate that it should: each media section has, or inherits, a
 * fingerprint, and all of them are among `known`. A description without any is an interception as well: its media would be
 * open to everybody.
 */
export function isOurServers(sdp: string, known: readonly string[]): boolean {
  const told = fingerprintsOf(sdp);
  return told.length > 0 && told.every((text) => known.includes(fingerprint(text) ?? text));
}

/** X-Ringfence-Media: other=dtls AEAD_AES_256_GCM */
export function readOtherLeg(header: string | undefined): OtherLeg | null {
  const found = /^\s*other=([a-z]+)(?:\s+([A-Za-z0-9_]{1,64}))?\s*$/.exec(header ?? '');
  if (!found) return null;
  const kind = found[1];
  const protection = kind === 'none' || kind === 'sdes' || kind === 'dtls' ? kind : 'unknown';
  return { protection, suite: found[2] ?? '' };
}
