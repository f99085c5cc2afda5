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
