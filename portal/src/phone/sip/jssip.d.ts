// The parts of JsSIP that its own types leave out.

declare module 'jssip/lib/DigestAuthentication.js' {
  import type { Challenge } from './digest';

  export default class DigestAuthentication {
    authenticate(
      request: { method: string; ruri: unknown; body?: string },
      challenge: Challenge,
      cnonce?: string,
    ): boolean;
    _credentials: { username: string; password: string | null; realm: string | null; ha1: string | null };
    _ha1: string;
    _nc: number;
    _ncHex: string;
    _algorithm: string | undefined;
    _realm: string;
    _nonce: string;
    _opaque: string | undefined;
    _qop: string | null;
    _uri: string;
    _cnonce: string;
    _response: string;
  }
}
