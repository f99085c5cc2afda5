// What this browser keeps between visits: the list of calls, and a device's sign-in when its owner wanted it kept.

import type { Credential } from '../../shared/api';
import { type History, readHistory } from '../model/history';

const name = 'ringfence-phone';
const version = 1;
const shelf = 'kept';

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => request.result.createObjectStore(shelf);
  return done(request);
}

async function use<T>(mode: IDBTransactionMode, what: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await done(what(database.transaction(shelf, mode).objectStore(shelf)));
  } finally {
    database.close();
  }
}

/** A browser that keeps nothing, as in private windows of some, has an empty list and no sign-in. */
async function read(key: string): Promise<unknown> {
  return use('readonly', (store) => store.get(key) as IDBRequest<unknown>).catch(() => undefined);
}

async function write(key: string, value: unknown): Promise<void> {
  await use('readwrite', (store) => store.put(value, key)).catch(() => undefined);
}

async function erase(key: string): Promise<void> {
  await use('readwrite', (store) => store.delete(key)).catch(() => undefined);
}

/** Each extension has a list of its own, so that who signs in after somebody else does not see whom that one called. */
export const loadHistory = async (number: string): Promise<History> => readHistory(await read(`history ${number}`));
export const saveHistory = (number: string, history: History): Promise<void> => write(`history ${number}`, history);
export const eraseHistory = (number: string): Promise<void> => erase(`history ${number}`);

export async function loadDevice(): Promise<Credential | null> {
  const kept = (await read('device')) as Partial<Credential> | undefined;
  const { authName, password, number, displayName } = kept ?? {};
  return typeof authName === 'string' && typeof password === 'string' && typeof number === 'string'
    ? { authName, password, number, displayName: typeof displayName === 'string' ? displayName : '' }
    : null;
}

export const saveDevice = (credential: Credential): Promise<void> => write('device', credential);
export const eraseDevice = (): Promise<void> => erase('device');
