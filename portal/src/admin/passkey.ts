// Passkeys as browsers make and show them, in the letters of the contract: base64url for all that is bytes.

import type { Schemas } from './contract/contract';

const coded = (bytes: ArrayBuffer): string => {
  let text = '';
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
};

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

/** ECDSA on P-256, and RSA with PKCS#1: the kinds that the server takes. */
const kinds = [-7, -257];
const timeoutMs = 120_000;

/** Browsers have passkeys for names, not for addresses in numbers. */
export const hasPasskeys = (): boolean =>
  typeof PublicKeyCredential !== 'undefined' && !/^[\d.]+$|^\[/.test(window.location.hostname);

export interface NewPasskey {
  readonly client_data: string;
  readonly authenticator_data: string;
  readonly public_key: string;
}

/** Null: whoever sits there thought better of it. */
export async function makePasskey(question: Schemas['NewPasskeyQuestion']): Promise<NewPasskey | null> {
  const made = (await navigator.credentials
    .create({
      publicKey: {
        challenge: bytesOf(question.challenge),
        rp: { id: question.site, name: 'Ringfence' },
        user: { id: bytesOf(question.user), name: question.name, displayName: question.display },
        pubKeyCredParams: kinds.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: question.known.map((id) => ({ type: 'public-key', id: bytesOf(id) })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        attestation: 'none',
        timeout: timeoutMs,
      },
    })
    .catch(() => null)) as PublicKeyCredential | null;
  const answer = made?.response as AuthenticatorAttestationResponse | undefined;
  const key = answer?.getPublicKey();
  if (!answer || !key) return null;
  return {
    client_data: coded(answer.clientDataJSON),
    authenticator_data: coded(answer.getAuthenticatorData()),
    public_key: coded(key),
  };
}

export interface ShownPasskey {
  readonly id: string;
  readonly client_data: string;
  readonly authenticator_data: string;
  readonly signature: string;
}

/** Likewise. */
export async function showPasskey(question: Schemas['PasskeyQuestion']): Promise<ShownPasskey | null> {
  const shown = (await navigator.credentials
    .get({
      publicKey: {
        challenge: bytesOf(question.challenge),
        rpId: question.site,
        userVerification: 'required',
        timeout: timeoutMs,
      },
    })
    .catch(() => null)) as PublicKeyCredential | null;
  const answer = shown?.response as AuthenticatorAssertionResponse | undefined;
  if (!shown || !answer) return null;
  return {
    id: coded(shown.rawId),
    client_data: coded(answer.clientDataJSON),
    authenticator_data: coded(answer.authenticatorData),
    signature: coded(answer.signature),
  };
}
