import { useEffect, useRef } from 'react';
import { everyPage } from '../pages';
import { goTo } from '../route';
import { preferences } from '../preferences';

interface Wishes {
  readonly search: () => void;
  readonly help: () => void;
  /** A dialog is open: keys are its own. */
  readonly modal: boolean;
}

const pauseMs = 1_500;

function writes(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

/** / searches, g and a letter goes to a page, ? tells which. */
export function useKeys(wishes: Wishes): void {
  const latest = useRef(wishes);
  latest.current = wishes;

  useEffect(() => {
    let goingMs = -pauseMs;
    const onKey = (event: KeyboardEvent) => {
      const { search, help, modal } = latest.current;
      const other = event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.defaultPrevented;
      const dialog = modal || document.querySelector('[role="dialog"]') !== null;
      if (other || dialog || writes(event.target) || !preferences.get().letterKeys) return;
      if (event.timeStamp - goingMs < pauseMs) {
        goingMs = -pauseMs;
        const page = everyPage.find(({ letter }) => letter === event.key.toLowerCase());
        if (!page) return;
        goTo(page.name);
      } else if (event.key === 'g') goingMs = event.timeStamp;
      else if (event.key === '/') search();
      else if (event.key === '?') help();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
