import { useEffect, useRef } from 'react';
import { current, ending, waiting } from '../model/calls';
import { redial } from '../model/history';
import { isKey } from '../model/number';
import type { Phone } from '../phone';
import { numberFieldId } from './Dialpad';
import { usePhone } from './context';

interface Wishes {
  number: string;
  setNumber: (number: string) => void;
  dial: (number: string) => void;
  help: () => void;
  /** Opens the transfer of that call. */
  transfer: (call: string) => void;
  /** A dialog is open: keys are its own. */
  modal: boolean;
}

function writes(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

/** Whether Enter or the space bar is that element's own. */
function acts(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a, [role="tab"]') !== null;
}

function digit(phone: Phone, wishes: Wishes, key: string): void {
  const call = current(phone.calls.get());
  if (call && isKey(key)) return phone.press(call.id, key);
  if (isKey(key)) phone.click(key);
  wishes.setNumber(wishes.number + key);
}

/** Gives whether the key was one of ours. */
function letter(phone: Phone, wishes: Wishes, key: string): boolean {
  const calls = phone.calls.get();
  const talking = current(calls);
  const held = calls.find((call) => call.phase === 'talking' && call.held);
  switch (key) {
    case 'a': {
      const call = waiting(calls);
      if (call) void phone.answer(call.id);
      return true;
    }
    case 'e': {
      const call = waiting(calls) ?? ending(calls);
      if (call) phone.end(call.id);
      return true;
    }
    case 'm':
      if (talking) phone.mute(talking.id, !talking.muted);
      return true;
    case 'h': {
      const call = talking ?? held;
      if (call) phone.hold(call.id, !call.held);
      return true;
    }
    case 't':
      if (talking) wishes.transfer(talking.id);
      return true;
    case '/':
      document.getElementById(numberFieldId)?.focus();
      return true;
    case '?':
      wishes.help();
      return true;
    default:
      return false;
  }
}

export function useShortcuts(wishes: Wishes): void {
  const phone = usePhone();
  const latest = useRef(wishes);
  latest.current = wishes;

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const now = latest.current;
      if (event.ctrlKey || event.altKey || event.metaKey || now.modal || event.defaultPrevented || writes(event.target))
        return;
      if (isKey(event.key) || event.key === '+') {
        digit(phone, now, event.key);
      } else if (event.key === 'Enter' && !acts(event.target)) {
        const number = now.number || redial(phone.history.get());
        if (number) now.dial(number);
      } else if (event.key === 'Backspace') {
        now.setNumber(now.number.slice(0, -1));
      } else if (!phone.preferences.get().letterKeys || event.repeat || !letter(phone, now, event.key.toLowerCase())) {
        return;
      }
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [phone]);
}
