import { MantineProvider } from '@mantine/core';
import { useColorScheme } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { MessagesContext, catalogues } from '../shared/messages';
import { useStore } from '../shared/store';
import { theme } from '../shared/theme';
import type { Phone } from './phone';
import { PhoneContext } from './view/context';
import { Desk } from './view/Desk';
import { SignIn } from './view/SignIn';

export function App({ phone, token }: { phone: Phone; token: string | null }) {
  const { language, scheme } = useStore(phone.preferences);
  const account = useStore(phone.account);
  const ready = useStore(phone.ready);
  const [link, setLink] = useState(token);
  const system = useColorScheme('light', { getInitialValueInEffect: false });
  const messages = catalogues[language];

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  return (
    <MantineProvider
      theme={theme}
      forceColorScheme={scheme === 'auto' ? system : scheme}
      withCssVariables={false}
      withStaticClasses={false}
      withGlobalClasses={false}
    >
      <PhoneContext.Provider value={phone}>
        <MessagesContext.Provider value={messages}>
          {account ? <Desk account={account} /> : ready && <SignIn token={link} forgetToken={() => setLink(null)} />}
        </MessagesContext.Provider>
      </PhoneContext.Provider>
    </MantineProvider>
  );
}
