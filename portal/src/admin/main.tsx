import '@mantine/core/styles.css';
import '../shared/theme.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { readBack, takeLink } from './link';
import { me, resume } from './session';

const back = readBack(window.location);
// The link leaves the address bar before anything else is done: it is worth a password.
const link = takeLink(window.location, (address) => window.history.replaceState(null, '', address));
// Whoever comes back from a provider has no session that could be asked for.
if (back) me.set(null);
else void resume();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App link={link} cameBack={back} />
    </StrictMode>,
  );
}
