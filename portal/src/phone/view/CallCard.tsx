import { Button } from '@mantine/core';
import { useState } from 'react';
import { Icon, type IconName } from '../../shared/icons';
import { useMessages } from '../../shared/messages';
import { type Call, type Calls, current } from '../model/calls';
import { Keys } from './Keys';
import { Level } from './Level';
import { SecurityBadge } from './SecurityBadge';
import { Ticker } from './Ticker';
import { TransferDialog } from './TransferDialog';
import { usePhone } from './context';
import { useKeptFocus } from './useKeptFocus';
import css from './phone.module.css';
import { nameOf, outcome, phaseText } from './words';

interface Props {
  call: Call;
  calls: Calls;
  dial: (number: string) => void;
  transferring: boolean;
  setTransferring: (on: boolean) => void;
}

/** One call: who, how it stands, how it is protected, and what can be done with it. */
export function CallCard({ call, calls, dial, transferring, setTransferring }: Props) {
  const text = useMessages();
  const [tones, setTones] = useState(false);
  const talking = call.phase === 'talking';
  const place = useKeptFocus<HTMLElement>(call.phase);
  return (
    <article
      ref={place}
      tabIndex={-1}
      className={css.call}
      data-phase={call.phase}
      data-held={call.held}
      aria-label={nameOf(text, call)}
    >
      <div className={css.callHead}>
        <div className={css.callWho}>
          <h2 className={css.callName}>{nameOf(text, call)}</h2>
          {call.name && <span className={css.dim}>{call.number}</span>}
        </div>
        {call.answeredAt !== null && <Ticker from={call.answeredAt} to={call.endedAt} />}
      </div>
      {call.phase !== 'ended' && <p className={css.phase}>{phaseText(text, call)}</p>}
      {call.phase === 'ended' && <Ended call={call} dial={dial} />}
      {call.phase === 'incoming' && <Incoming call={call} calls={calls} />}
      {(call.phase === 'dialling' || call.phase === 'ringing' || call.phase === 'connecting') && (
        <EndButton call={call} />
      )}
      {talking && (
        <>
          <SecurityBadge own={call.own} other={call.other} />
          {call.muted && <p className={css.warning}>{text.call.muted}</p>}
          {call.transfer === 'failed' && (
            <p className={css.warning} role="alert">
              {text.transfer.failed}
            </p>
          )}
          {!call.held && !call.muted && <Level call={call.id} />}
          <Controls call={call} tones={tones} setTones={setTones} transfer={() => setTransferring(true)} />
          {tones && <Tones call={call} />}
          <TransferDialog call={call} calls={calls} opened={transferring} close={() => setTransferring(false)} />
        </>
      )}
    </article>
  );
}

function EndButton({ call }: { call: Call }) {
  const text = useMessages();
  const phone = usePhone();
  const label = call.phase === 'talking' || call.phase === 'connecting' ? text.call.end : text.call.cancel;
  return (
    <Button color="red" size="md" fullWidth leftSection={<Icon name="end" />} onClick={() => phone.end(call.id)}>
      {label}
    </Button>
  );
}

function Incoming({ call, calls }: { call: Call; calls: Calls }) {
  const text = useMessages();
  const phone = usePhone();
  return (
    <div className={css.pair}>
      <Button
        color="green"
        size="lg"
        px="xs"
        leftSection={<Icon name="answer" />}
        onClick={() => void phone.answer(call.id)}
      >
        {current(calls) ? text.call.answerHold : text.call.answer}
      </Button>
      <Button color="red" size="lg" px="xs" leftSection={<Icon name="end" />} onClick={() => phone.end(call.id)}>
        {text.call.reject}
      </Button>
    </div>
  );
}

function Ended({ call, dial }: { call: Call; dial: (number: string) => void }) {
  const text = useMessages();
  const phone = usePhone();
  const grave = call.ending?.why === 'intercepted';
  const code = call.ending?.code;
  return (
    <>
      <p className={grave ? css.grave : css.phase}>
        {grave && <Icon name="alert" />}
        <span>{outcome(text, call)}</span>
        {code !== undefined && <span className={css.dim}> ({code})</span>}
      </p>
      <div className={css.pair}>
        <Button variant="default" onClick={() => phone.dismiss(call.id)}>
          {text.call.dismiss}
        </Button>
        {!grave && call.number && (
          <Button variant="default" leftSection={<Icon name="answer" size={16} />} onClick={() => dial(call.number)}>
            {text.call.again}
          </Button>
        )}
      </div>
    </>
  );
}

interface ControlsProps {
  call: Call;
  tones: boolean;
  setTones: (on: boolean) => void;
  transfer: () => void;
}

function Controls({ call, tones, setTones, transfer }: ControlsProps) {
  const text = useMessages();
  const phone = usePhone();
  return (
    <>
      <div className={css.controls}>
        <Control
          icon={call.muted ? 'micOff' : 'mic'}
          label={call.muted ? text.call.unmute : text.call.mute}
          on={call.muted}
          click={() => phone.mute(call.id, !call.muted)}
        />
        <Control
          icon={call.held ? 'resume' : 'hold'}
          label={call.held ? text.call.resume : text.call.hold}
          on={call.held}
          click={() => phone.hold(call.id, !call.held)}
        />
        <Control icon="keypad" label={text.call.keypad} on={tones} expands click={() => setTones(!tones)} />
        <Control icon="transfer" label={text.call.transfer} click={transfer} />
      </div>
      <EndButton call={call} />
    </>
  );
}

interface ControlProps {
  icon: IconName;
  label: string;
  on?: boolean;
  /** It opens something below rather than switching something on. */
  expands?: boolean;
  click: () => void;
}

function Control({ icon, label, on, expands, click }: ControlProps) {
  return (
    <button
      type="button"
      className={css.control}
      data-on={on === true}
      aria-expanded={expands ? on : undefined}
      onClick={click}
    >
      <Icon name={icon} size={22} />
      <span>{label}</span>
    </button>
  );
}

function Tones({ call }: { call: Call }) {
  const text = useMessages();
  const phone = usePhone();
  return (
    <div role="group" aria-label={text.call.keypad}>
      <p className={css.sent} aria-live="polite">
        {call.tones ? text.call.tones(call.tones) : ' '}
      </p>
      <Keys press={(key) => phone.press(call.id, key)} />
    </div>
  );
}
