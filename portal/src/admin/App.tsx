import { MantineProvider } from '@mantine/core';
import { useColorScheme } from '@mantine/hooks';
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useStore } from '../shared/store';
import { theme } from '../shared/theme';
import { queries } from './api/queries';
import { MessagesContext, catalogues } from './messages';
import type { Back } from './link';
import { preferences } from './preferences';
import { MeContext, me } from './session';
import { ComeBack } from './view/ComeBack';
import { DialogDesk } from './view/Dialogs';
import { Shell } from './view/Shell';
import { FirstLink } from './view/FirstLink';
import { SignIn } from './view/SignIn';

export function App({ link, cameBack }: { link: string | null; cameBack: Back | null }) {
  const { language, scheme } = useStore(preferences);
  const who = useStore(me);
  const [first, setFirst] = useState(link);
  const [back, setBack] = useState(cameBack);
  const system = useColorScheme('light', { getInitialValueInEffect: false });

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const page = () => {
    if (first !== null) return <FirstLink link={first} forget={() => setFirst(null)} />;
    if (back !== null) return <ComeBack back={back} forget={() => setBack(null)} />;
    if (who === undefined) return null;
    if (who === null || who.step !== 'none') return <SignIn who={who} />;
    return (
      <MeContext.Provider value={who}>
        <DialogDesk>
          <Shell />
        </DialogDesk>
      </MeContext.Provider>
    );
  };
  return (
    <MantineProvider
      theme={theme}
      forceColorScheme={scheme === 'auto' ? system : scheme}
      withCssVariables={false}
      withStaticClasses={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queries}>
        <MessagesContext.Provider value={catalogues[language]}>{page()}</MessagesContext.Provider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
