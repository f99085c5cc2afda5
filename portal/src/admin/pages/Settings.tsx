import { Button, Checkbox, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { call } from '../api/client';
import { useCommand, useList } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { useMay } from '../session';
import { useDesk } from '../view/Dialogs';
import { Said, useSaid } from '../view/Said';
import { Mark } from '../view/Shown';
import { Asked, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';

type Setting = Schemas['Setting'];

/** Keys of the configuration that can be set here, above the file. */
export function Settings() {
  const text = useText();
  const query = useList('setting.list', 'settings');
  return (
    <>
      <p className={css.lead}>{text.settings.lead}</p>
      <Asked query={query}>
        {({ settings }) => (
          <>
            {[...new Set(settings.map(({ section }) => section))].map((section) => (
              <section key={section} className={css.panel}>
                <h2 className={css.heading}>{text.settings.sections[section as keyof typeof text.settings.sections] ?? section}</h2>
                <Stack gap="xl">
                  {settings
                    .filter((each) => each.section === section)
                    .map((each) => (
                      <One key={each.name} setting={each} />
                    ))}
                </Stack>
              </section>
            ))}
          </>
        )}
      </Asked>
    </>
  );
}

/** Makes a key what it was before it was set: by the file, or by what a command had said. */
const putBack = ({ name, source, value }: Setting): Promise<unknown> =>
  source === 'command' ? call('setting.set', { name, value }) : call('setting.remove', { name });

function One({ setting }: { setting: Setting }) {
  const text = useText();
  const may = useMay();
  const { confirm, say } = useDesk();
  const [typed, setTyped] = useState<string | null>(null);
  const sending = useCommand('setting.set');
  const { name, source, value, restart, waits } = setting;
  const shown = typed ?? value;
  const send = (event: FormEvent) => {
    event.preventDefault();
    sending.mutate(
      { values: { name, value: shown } },
      {
        onSuccess: ({ message }) => {
          setTyped(null);
          say(<Said text={message} />, () => putBack(setting));
        },
      },
    );
  };
  const back = () =>
    confirm({
      title: text.settings.backTitle(name),
      consequences: [text.settings.backText(setting.file === '' ? text.settings.nothing : setting.file), text.app.canUndo],
      action: text.settings.back,
      command: 'setting.remove',
      values: { name },
      undo: () => call('setting.set', { name, value }),
    });
  return (
    <form onSubmit={send} noValidate aria-label={name}>
      <Stack gap="xs">
        <Input setting={setting} typed={shown} type={setTyped} fixed={!may('setting.set')} />
        {sending.error && <Trouble problem={sending.error} />}
        <Group gap="xs">
          <Mark tone={source === 'command' ? 'good' : 'plain'}>{text.settings.sources[source as keyof typeof text.settings.sources] ?? source}</Mark>
          {restart && <Mark tone={waits ? 'fair' : 'plain'}>{waits ? text.settings.waits : text.settings.restart}</Mark>}
          {may('setting.set') && shown !== value && (
            <Button type="submit" size="compact-md" loading={sending.isPending}>
              {text.app.save}
            </Button>
          )}
          {may('setting.remove') && source === 'command' && (
            <Button variant="default" size="compact-md" onClick={back}>
              {text.settings.back}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

interface InputProps {
  readonly setting: Setting;
  readonly typed: string;
  readonly type: (typed: string) => void;
  readonly fixed: boolean;
}

function Input({ setting, typed, type, fixed }: InputProps) {
  const text = useText();
  const said = useSaid();
  const { name, meaning, type: kind, unit, words, least, most } = setting;
  const label = said(meaning);
  if (kind === 'switch')
    return (
      <Checkbox
        label={label}
        description={name}
        checked={typed === 'true'}
        disabled={fixed}
        onChange={(event) => type(event.currentTarget.checked ? 'true' : 'false')}
      />
    );
  if (words.length > 0) {
    const chosen = typed === '' ? [] : typed.split(',');
    const turn = (word: string, on: boolean) => type(words.filter((each) => (each === word ? on : chosen.includes(each))).join(','));
    return (
      <div role="group" aria-label={label}>
        <p>{label}</p>
        <p className={css.dim}>{name}</p>
        <Group gap="md">
          {words.map((word) => (
            <Checkbox key={word} label={text.label(word)} checked={chosen.includes(word)} disabled={fixed} onChange={(event) => turn(word, event.currentTarget.checked)} />
          ))}
        </Group>
      </div>
    );
  }
  const about = [
    name,
    kind === 'list' ? text.settings.commas : '',
    least === undefined || most === undefined ? '' : text.settings.bounds(String(least), String(most)),
    text.settings.units[unit as keyof typeof text.settings.units] ?? '',
  ];
  return (
    <TextInput
      label={label}
      description={about.filter((each) => each !== '').join(' · ')}
      value={typed}
      disabled={fixed}
      onChange={(event) => type(event.currentTarget.value)}
      inputMode={kind === 'number' ? 'numeric' : undefined}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
