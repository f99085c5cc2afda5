import { type RefObject, useEffect, useRef } from 'react';

/**
 * Keeps the keyboard where it was: when what had the focus within an element has gone after `change`, the element itself has it.
 * The element needs tabIndex -1.
 */
export function useKeptFocus<T extends HTMLElement>(change: unknown): RefObject<T | null> {
  const place = useRef<T>(null);
  const within = useRef(false);

  useEffect(() => {
    const note = () => {
      if (document.activeElement !== document.body)
        within.current = place.current?.contains(document.activeElement) ?? false;
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, []);
  useEffect(() => {
    if (within.current && document.activeElement === document.body) place.current?.focus({ preventScroll: true });
  }, [change]);
  return place;
}
