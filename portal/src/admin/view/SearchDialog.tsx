import { Modal, TextInput } from '@mantine/core';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { Icon } from '../../shared/icons';
import { useList } from '../api/queries';
import { useText } from '../messages';
import { everyPage } from '../pages';
import { linkTo } from '../route';
import { useMay } from '../session';
import css from './admin.module.css';
import { type Found, search } from './search';

/** Finds extensions, trunks, numbers, groups and pages. */
export function SearchDialog({ close }: { close: () => void }) {
  const text = useText();
  const may = useMay();
  const [wanted, setWanted] = useState('');
  const list = useRef<HTMLUListElement>(null);
  const extensions = useList('extension.list', 'extensions', may('extension.list')).data?.extensions;
  const trunks = useList('trunk.list', 'objects', may('trunk.list')).data?.objects;
  const inbound = useList('inbound.list', 'objects', may('inbound.list')).data?.objects;
  const rings = useList('ring-group.list', 'objects', may('ring-group.list')).data?.objects;

  const all = useMemo((): Found[] => {
    const objects = (page: 'trunks' | 'inbound' | 'groups', rows: typeof trunks) =>
      (rows ?? []).map(({ name, values }) => ({
        title: name,
        more: `${text.pages[page]} ${Object.values(values).flat().join(' ')}`,
        link: linkTo(page, name),
      }));
    return [
      ...(extensions ?? []).map(({ number, name, auth_name }) => ({
        title: name ? `${number} ${name}` : number,
        more: `${text.pages.extensions} ${auth_name}`,
        link: linkTo('extensions', number),
      })),
      ...objects('trunks', trunks),
      ...objects('inbound', inbound),
      ...objects('groups', rings),
      ...everyPage
        .filter(({ needs }) => !needs || may(needs))
        .map(({ name }) => ({ title: text.pages[name], more: text.search.page, link: linkTo(name) })),
    ];
  }, [extensions, trunks, inbound, rings, text, may]);
  const found = search(all, wanted);

  const move = (event: KeyboardEvent, by: number) => {
    const links = [...(list.current?.querySelectorAll('a') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
    event.preventDefault();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(event, 1);
    if (event.key === 'ArrowUp') move(event, -1);
    const first = found[0];
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement && first) {
      location.hash = first.link;
      close();
    }
  };
  return (
    <Modal opened onClose={close} title={text.search.title} closeButtonProps={{ 'aria-label': text.app.close }}>
      <div onKeyDown={onKey}>
        <TextInput
          aria-label={text.search.field}
          placeholder={text.search.hint}
          leftSection={<Icon name="search" size={16} />}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          data-autofocus
        />
        <p role="status" className="hidden-text">
          {text.search.found(String(found.length))}
        </p>
        <ul ref={list} className={css.found}>
          {found.map(({ title, more, link }) => (
            <li key={link}>
              <a href={link} onClick={close}>
                <strong>{title}</strong>
                <span className={css.dim}>{more}</span>
              </a>
            </li>
          ))}
        </ul>
        {wanted !== '' && found.length === 0 && <p className={css.dim}>{text.table.nothing(wanted)}</p>}
      </div>
    </Modal>
  );
}
