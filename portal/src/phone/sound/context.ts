// The page's one AudioContext. Browsers keep it silent until somebody has clicked or pressed a key.

let made: AudioContext | null = null;

export function audio(): AudioContext {
  made ??= new AudioContext();
  return made;
}

/** Tells whether it is silent, now and whenever that changes. */
export function watchSilence(tell: (silent: boolean) => void): () => void {
  const context = audio();
  const now = () => tell(context.state === 'suspended');
  now();
  context.addEventListener('statechange', now);
  return () => context.removeEventListener('statechange', now);
}

/** Wakes it up, as far as the browser allows it now. */
export function wakeAudio(): void {
  if (audio().state === 'suspended') void audio().resume();
}
