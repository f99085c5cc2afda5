import '@mantine/core/styles.css';
import '../shared/theme.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { takeLink } from './link';
import { resume } from './session';

// The link leaves the address bar before anything else is done: it is worth a password.
const link = takeLink(window.location, (address) => window.history.replaceState(null, '', address));
void resume();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App link={link} />
    </StrictMode>,
  );
}
