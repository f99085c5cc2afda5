// One page at a time is this browser's phone: two would take the registration from each other.

const name = 'ringfence-phone';
const attempts = 3;
const againMs = 250;

export interface Claim {
  readonly release: () => void;
}

/**
 * Becomes the phone. Null when another page of this browser is, unless `take` takes it from that one, whose `lost` is called.
 * A browser without locks leaves it to its user.
 */
export async function claim(take: boolean, lost: () => void): Promise<Claim | null> {
  if (!navigator.locks) return { release: () => {} };
  for (let attempt = 1; ; attempt++) {
    const claimed = await ask(take ? { steal: true } : { ifAvailable: true }, lost);
    if (claimed || attempt === attempts) return claimed;
    // A page that was just reloaded may not have let go yet.
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}

function ask(how: LockOptions, lost: () => void): Promise<Claim | null> {
  return new Promise((resolve) => {
    const hold = (lock: Lock | null) => {
      if (!lock) return resolve(null);
      return new Promise<void>((release) => resolve({ release }));
    };
    navigator.locks.request(name, how, hold).catch(lost);
  });
}
