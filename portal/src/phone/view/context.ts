import { createContext, useContext } from 'react';
import type { Phone } from '../phone';

export const PhoneContext = createContext<Phone | null>(null);

export function usePhone(): Phone {
  const phone = useContext(PhoneContext);
  if (!phone) throw new Error('outside of the phone');
  return phone;
}
