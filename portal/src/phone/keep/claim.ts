// One page at a time is this browser's phone: two would take the registration from each other.

const name = 'ringfence-phone';

export interface Claim {
  readonly release: () => void;
}

/**
 * Becomes the phone. Null when another page of this browser is, unless `take` takes it from that one, whose `lost` is called.
 * A browser without locks leaves it to its user.
 */
export function claim(take: boolean, lost: () => void): Promise<Claim | null> {
  if (!navigator.locks) return Promise.resolve({ release: () => {} });
  return new Promise((resolve) => {
    const hold = (lock: Lock | null) => {
      if (!lock) return resolve(null);
      return new Promise<void>((release) => resolve({ release }));
    };
    navigator.locks.request(name, take ? { steal: true } : { ifAvailable: true }, hold).catch(lost);
  });
}
