import { useEffect } from 'react';
import { type Messages, useMessages } from '../../shared/messages';
import type { Call, Calls } from '../model/calls';
import { nameOf, outcome, phaseText } from './words';

function said(text: Messages, call: Call): string {
  if (call.phase === 'incoming') return text.call.incoming(nameOf(text, call));
  return `${nameOf(text, call)}: ${call.phase === 'ended' ? outcome(text, call) : phaseText(text, call)}`;
}

/** Tells those who do not see the page what happens to their calls, and shows in the tab's title who calls. */
export function Announcer({ calls }: { calls: Calls }) {
  const text = useMessages();
  const urgent = calls.filter((call) => call.phase === 'incoming');
  const calm = calls.filter((call) => call.phase !== 'incoming');
  const caller = urgent[0];
  const title = caller ? `☎ ${text.call.incoming(nameOf(text, caller))}` : text.app.title;

  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <div className="hidden-text">
      <div aria-live="assertive">{urgent.map((call) => said(text, call)).join('. ')}</div>
      <div aria-live="polite">{calm.map((call) => said(text, call)).join('. ')}</div>
    </div>
  );
}
