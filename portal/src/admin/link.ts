// The one-time link with which somebody chooses a password: https://host/login#TOKEN. What stands behind # is never sent
// to a server by a browser.

export function takeLink(
  location: { hash: string; pathname: string },
  replace: (address: string) => void,
): string | null {
  if (location.pathname !== '/login') return null;
  const text = location.hash.slice(1);
  replace('/');
  return /^[A-Za-z0-9_-]{16,128}$/.test(text) ? text : null;
}

/** What a provider sent back with the browser: https://host/login?code=…&state=… */
export interface Back {
  readonly state: string;
  readonly code?: string;
  readonly issuer?: string;
  readonly error?: string;
}

/** Null: nobody comes back from anywhere. The address bar is takeLink's to clear. */
export function readBack(location: { search: string; pathname: string }): Back | null {
  const query = new URLSearchParams(location.search);
  const state = query.get('state');
  if (location.pathname !== '/login' || state === null) return null;
  const said = { code: query.get('code'), issuer: query.get('iss'), error: query.get('error') };
  return { state, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null && value !== '')) };
}
