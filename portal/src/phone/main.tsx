import '@mantine/core/styles.css';
import '../shared/theme.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { Phone } from './phone';
import { strengthenDigest } from './sip/digest';
import { takeToken } from './model/link';
import { wakeAudio } from './sound/context';

strengthenDigest();
// The token leaves the address bar before anything else is done: it is worth a phone.
const token = takeToken(window.location, (address) => window.history.replaceState(null, '', address));
const phone = new Phone();
void phone.resume(token !== null);

for (const gesture of ['pointerdown', 'keydown'] as const) document.addEventListener(gesture, wakeAudio);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App phone={phone} token={token} />
    </StrictMode>,
  );
}
