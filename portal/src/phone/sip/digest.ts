// Digest answers with SHA-512-256, SHA-256 and MD5 (RFC 7616, RFC 8760). JsSIP itself knows MD5 alone, and of several challenges it
// takes the last, which from a server of ours is the weakest: it is shown the strongest only.

import { md5 } from '@noble/hashes/legacy';
import { sha256, sha512_256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import DigestAuthentication from 'jssip/lib/DigestAuthentication.js';

export interface Challenge {
  readonly algorithm?: string;
  readonly realm?: string;
  readonly nonce?: string;
  readonly opaque?: string;
  readonly qop?: readonly string[] | string;
}

export interface Answer {
  readonly uri: string;
  readonly method: string;
  readonly cnonce: string;
  readonly nc: string;
}

/** By rising strength. */
const hashes = {
  MD5: (text: string) => bytesToHex(md5(utf8ToBytes(text))),
  'SHA-256': (text: string) => bytesToHex(sha256(utf8ToBytes(text))),
  'SHA-512-256': (text: string) => bytesToHex(sha512_256(utf8ToBytes(text))),
};
type Algorithm = keyof typeof hashes;
const algorithms = Object.keys(hashes) as Algorithm[];

/** H(name:realm:password) for every algorithm: what is kept in place of the password. */
export type Keys = Readonly<Record<Algorithm, string>>;

export function keysOf(username: string, realm: string, password: string): Keys {
  const secret = `${username}:${realm}:${password}`;
  return {
    MD5: hashes.MD5(secret),
    'SHA-256': hashes['SHA-256'](secret),
    'SHA-512-256': hashes['SHA-512-256'](secret),
  };
}

/** The one that a challenge asks for; undefined when we do not know it. */
export function algorithmOf(challenge: Challenge): Algorithm | undefined {
  const name = challenge.algorithm?.toUpperCase() ?? 'MD5';
  return algorithms.find((known) => known === name);
}

/** A 401 or 407 with none but its strongest challenge; any other message as it is. */
export function strongestChallenge(message: string): string {
  if (!/^SIP\/2\.0 40[17] /.test(message)) return message;
  const end = message.indexOf('\r\n\r\n');
  const lines = message.slice(0, end).split('\r\n');
  const strength = (line: string): number => {
    if (!/^(WWW|Proxy)-Authenticate\s*:/i.test(line)) return -1;
    const algorithm = /[\s,]algorithm\s*=\s*"?([A-Za-z0-9-]+)/i.exec(line)?.[1]?.toUpperCase() ?? 'MD5';
    return algorithms.indexOf(algorithm as Algorithm) + 1;
  };
  const best = Math.max(...lines.map(strength));
  const first = lines.findIndex((line) => strength(line) === best);
  return lines.filter((line, index) => strength(line) < 0 || index === first).join('\r\n') + message.slice(end);
}

/** The `response` for qop=auth, RFC 7616 §3.4.1. */
export function respond(algorithm: Algorithm, keys: Keys, nonce: string, answer: Answer): string {
  const hash = hashes[algorithm];
  const request = hash(`${answer.method}:${answer.uri}`);
  return hash(`${keys[algorithm]}:${nonce}:${answer.nc}:${answer.cnonce}:auth:${request}`);
}

function token(): string {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(16)));
}

/** Teaches JsSIP all three. Once, before the first request. After the first answer it keeps the keys and forgets the password. */
export function strengthenDigest(): void {
  DigestAuthentication.prototype.authenticate = function (request, challenge, cnonce) {
    const algorithm = algorithmOf(challenge);
    const { username, password, realm, ha1 } = this._credentials;
    if (!algorithm || !challenge.nonce || !challenge.realm || !challenge.qop?.includes('auth')) return false;
    if (!password && (!ha1 || realm !== challenge.realm)) return false;
    const keys = password ? keysOf(username, challenge.realm, password) : (JSON.parse(ha1 as string) as Keys);
    this._nc += 1;
    const answer: Answer = {
      uri: String(request.ruri),
      method: request.method,
      cnonce: cnonce ?? token(),
      nc: this._nc.toString(16).padStart(8, '0'),
    };
    this._algorithm = algorithm;
    this._realm = challenge.realm;
    this._nonce = challenge.nonce;
    this._opaque = challenge.opaque;
    this._qop = 'auth';
    this._uri = answer.uri;
    this._cnonce = answer.cnonce;
    this._ncHex = answer.nc;
    this._ha1 = JSON.stringify(keys);
    this._response = respond(algorithm, keys, challenge.nonce, answer);
    return true;
  };
}
