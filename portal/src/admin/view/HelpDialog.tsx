import { NativeSelect, SegmentedControl, Stack, Switch } from '@mantine/core';
import { useStore } from '../../shared/store';
import { type Language, languages } from '../../shared/messages';
import { catalogues, useText } from '../messages';
import { everyPage } from '../pages';
import { type Preferences, prefer, preferences } from '../preferences';
import { Sheet } from './Dialogs';
import css from './admin.module.css';

/** Keys, and how the pages look. */
export function HelpDialog({ close }: { close: () => void }) {
  const text = useText();
  return (
    <Sheet title={text.help.title} close={close}>
      <Stack>
        <Appearance />
        <h3 className={css.heading}>{text.help.keys}</h3>
        <dl className={css.keys}>
          <Key keys={['/']} what={text.help.search} />
          <Key keys={['?']} what={text.help.help} />
          {everyPage.map(({ name, letter }) => letter && <Key key={name} keys={['g', letter]} what={text.pages[name]} />)}
        </dl>
      </Stack>
    </Sheet>
  );
}

function Key({ keys, what }: { keys: readonly string[]; what: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key} className={css.kbd}>
            {key}
          </kbd>
        ))}
      </dt>
      <dd>{what}</dd>
    </div>
  );
}

export function Appearance() {
  const text = useText();
  const { language, scheme, letterKeys } = useStore(preferences);
  return (
    <Stack>
      <NativeSelect
        label={text.help.language}
        value={language}
        onChange={(event) => prefer({ language: event.currentTarget.value as Language })}
        data={languages.map((value) => ({ value, label: catalogues[value].language }))}
      />
      <SegmentedControl
        fullWidth
        aria-label={text.help.scheme}
        value={scheme}
        onChange={(value) => prefer({ scheme: value as Preferences['scheme'] })}
        data={[
          { value: 'auto', label: text.help.system },
          { value: 'light', label: text.help.light },
          { value: 'dark', label: text.help.dark },
        ]}
      />
      <Switch
        checked={letterKeys}
        onChange={(event) => prefer({ letterKeys: event.currentTarget.checked })}
        label={text.help.letters}
        description={text.help.lettersHint}
      />
    </Stack>
  );
}
