// The page's one AudioContext. Browsers keep it silent until somebody has clicked or pressed a key.

let made: AudioContext | null = null;

export function audio(): AudioContext {
  made ??= new AudioContext();
  return made;
}

/** Wakes it up, as far as the browser allows it now. */
export function wakeAudio(): void {
  if (audio().state === 'suspended') void audio().resume();
}
