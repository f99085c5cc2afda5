// Where one is: what stands behind # in the address, such as #/extensions/1001.

import { useSyncExternalStore } from 'react';

export interface Route {
  readonly page: string;
  /** What the page is about; empty: all of it. */
  readonly id: string;
  readonly query: URLSearchParams;
}

export function readRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page = '', id = ''] = path.split('/').map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return '';
    }
  });
  return { page, id, query: new URLSearchParams(query) };
}

export function linkTo(page: string, id = '', query: Readonly<Record<string, string>> = {}): string {
  const asked = new URLSearchParams(query).toString();
  return `#/${page}${id === '' ? '' : `/${encodeURIComponent(id)}`}${asked === '' ? '' : `?${asked}`}`;
}

export function goTo(page: string, id = '', query: Readonly<Record<string, string>> = {}): void {
  location.hash = linkTo(page, id, query);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export function useRoute(): Route {
  return readRoute(useSyncExternalStore(subscribe, () => location.hash));
}
