// Digest answers with SHA-512-256, SHA-256 and MD5 (RFC 7616, RFC 8760). JsSIP itself knows MD5 alone, and takes the first challenge
// that it is shown, which from a server of ours is the strongest.

import { sha256 } from '@noble/hashes/sha2';
import { sha512_256 } from '@noble/hashes/sha2';
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
  readonly username: string;
  readonly password: string;
  readonly cnonce: string;
  readonly nc: string;
}

const hashes: Readonly<Record<string, (text: string) => string>> = {
  'SHA-512-256': (text) => bytesToHex(sha512_256(utf8ToBytes(text))),
  'SHA-256': (text) => bytesToHex(sha256(utf8ToBytes(text))),
};

/** Whether this module answers challenges of that algorithm; JsSIP answers MD5. */
export function answers(algorithm: string | undefined): boolean {
  return algorithm !== undefined && algorithm.toUpperCase() in hashes;
}

/** The `response` for qop=auth, RFC 7616 §3.4.1. */
export function respond(challenge: Challenge, answer: Answer): string {
  const hash = hashes[(challenge.algorithm ?? '').toUpperCase()];
  if (!hash) throw new Error(`no answer for ${challenge.algorithm}`);
  const a1 = hash(`${answer.username}:${challenge.realm}:${answer.password}`);
  const a2 = hash(`${answer.method}:${answer.uri}`);
  return hash(`${a1}:${challenge.nonce}:${answer.nc}:${answer.cnonce}:auth:${a2}`);
}

function token(): string {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(16)));
}

/** Teaches JsSIP the two. Once, before the first request. */
export function strengthenDigest(): void {
  const weak = DigestAuthentication.prototype.authenticate;
  DigestAuthentication.prototype.authenticate = function (request, challenge, cnonce) {
    if (!answers(challenge.algorithm)) return weak.call(this, request, challenge, cnonce);
    const { username, password } = this._credentials;
    if (!challenge.nonce || !challenge.realm || !challenge.qop?.includes('auth') || !password) return false;
    this._nc += 1;
    const answer: Answer = {
      uri: String(request.ruri),
      method: request.method,
      username,
      password,
      cnonce: cnonce ?? token(),
      nc: this._nc.toString(16).padStart(8, '0'),
    };
    this._algorithm = challenge.algorithm;
    this._realm = challenge.realm;
    this._nonce = challenge.nonce;
    this._opaque = challenge.opaque;
    this._qop = 'auth';
    this._uri = answer.uri;
    this._cnonce = answer.cnonce;
    this._ncHex = answer.nc;
    this._response = respond(challenge, answer);
    return true;
  };
}
