// What the server says over HTTPS. Everything is checked for its shape before the page believes it.

export interface PhoneConfig {
  readonly wss: string;
  readonly domain: string;
  readonly realm: string;
  /** The certificates that the server's media may show, in one spelling: of new calls, and of those that were running already. */
  readonly fingerprints: readonly string[];
}

export interface Credential {
  readonly authName: string;
  readonly password: string;
  readonly number: string;
  readonly displayName: string;
}

/** What a request came to; `status` is the HTTP status, 0 when the server was not reached. */
export class ApiError extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

const timeoutMs = 10_000;

async function ask(path: string, init: RequestInit): Promise<Record<string, unknown>> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch {
    throw new ApiError(0);
  }
  if (!response.ok) throw new ApiError(response.status);
  const value: unknown = await response.json().catch(() => null);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ApiError(502);
  return value as Record<string, unknown>;
}

function text(value: Record<string, unknown>, key: string): string {
  const found = value[key];
  if (typeof found !== 'string') throw new ApiError(502);
  return found;
}

export async function fetchPhoneConfig(spell: (text: string) => string | null): Promise<PhoneConfig> {
  const value = await ask('/api/v1/phone/config', { method: 'GET' });
  const told: unknown = value['fingerprints'];
  if (!Array.isArray(told)) throw new ApiError(502);
  const fingerprints = told.map((one) => (typeof one === 'string' ? spell(one) : null)).filter((one) => one !== null);
  return { wss: text(value, 'wss'), domain: text(value, 'domain'), realm: text(value, 'realm'), fingerprints };
}

/** Removes the device that this browser is: its password is good for nothing any more. Errors: 403 when that was so already. */
export async function removeDevice(credential: Credential): Promise<void> {
  await ask('/api/v1/phone/sign-out', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ auth_name: credential.authName, password: credential.password }),
  });
}

/** Spends a one-time link. Errors: 401, 403, 404 or 410 for a link that is not (or no longer) good, 429 when there were too many. */
export async function spendLink(token: string): Promise<Credential> {
  const value = await ask('/api/v1/phone/link', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  return {
    authName: text(value, 'auth_name'),
    password: text(value, 'password'),
    number: text(value, 'number'),
    displayName: text(value, 'display_name'),
  };
}
