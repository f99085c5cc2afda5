// The one-time link: https://host/phone#TOKEN. What stands behind # is never sent to a server by a browser.

/** The token of this address, which is then an address without it; null when it has none. */
export function takeToken(
  location: { hash: string; pathname: string; search: string },
  replace: (address: string) => void,
): string | null {
  if (location.hash === '') return null;
  const text = location.hash.slice(1);
  replace(location.pathname + location.search);
  return /^[A-Za-z0-9_-]{16,128}$/.test(text) ? text : null;
}
