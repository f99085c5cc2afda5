// Whether this phone can be reached, as values.

export type Connection =
  | { readonly state: 'signed_out' }
  | { readonly state: 'connecting'; readonly attempts: number }
  | { readonly state: 'registering' }
  | { readonly state: 'ready' }
  | { readonly state: 'refused'; readonly code: number };

export type ConnectionEvent =
  | { type: 'signed_out' }
  | { type: 'connecting'; attempts: number }
  | { type: 'connected' }
  | { type: 'registered' }
  | { type: 'registration_refused'; code: number }
  | { type: 'disconnected' };

export function connect(now: Connection, event: ConnectionEvent): Connection {
  switch (event.type) {
    case 'signed_out':
      return { state: 'signed_out' };
    case 'connecting':
      return { state: 'connecting', attempts: event.attempts };
    case 'connected':
      return { state: 'registering' };
    case 'registered':
      return { state: 'ready' };
    case 'registration_refused':
      return { state: 'refused', code: event.code };
    case 'disconnected':
      return now.state === 'signed_out' || now.state === 'refused'
        ? now
        : { state: 'connecting', attempts: now.state === 'connecting' ? now.attempts : 0 };
  }
}

/** Whether the server said that this name and password are not the ones; asking again would be held against us. */
export function isWrongPassword(code: number): boolean {
  return code === 401 || code === 407;
}
