import { Modal, TextInput } from '@mantine/core';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { useQueries } from '@tanstack/react-query';
import { Icon } from '../../shared/icons';
import { allOf, useList } from '../api/queries';
import type { AnswerOf } from '../contract/contract';
import { useText } from '../messages';
import { kinds, of } from '../kinds';
import { type PageName, everyPage } from '../pages';
import { linkTo } from '../route';
import { useMay } from '../session';
import css from './admin.module.css';
import { type Found, search } from './search';

/** Finds extensions, all that is configured about calls, users, tenants and pages. */
export function SearchDialog({ close }: { close: () => void }) {
  const text = useText();
  const may = useMay();
  const [wanted, setWanted] = useState('');
  const list = useRef<HTMLUListElement>(null);
  const extensions = useList('extension.list', 'extensions', may('extension.list')).data?.extensions;
  const users = useList('user.list', 'users', may('user.list')).data?.users;
  const tenants = useList('tenant.list', 'tenants', may('tenant.list')).data?.tenants;
  const objects = useQueries({
    queries: kinds
      .filter((kind) => may(of(kind, 'list')))
      .map((kind) => ({
        ...allOf(of(kind, 'list') as 'trunk.list', 'objects'),
        select: ({ objects }: AnswerOf<'trunk.list'>): readonly Found[] =>
          objects.map(({ name, values }) => ({
            title: name,
            more: `${text.pages[kind.page as PageName]} ${Object.values(values).flat().join(' ')}`,
            link: linkTo(kind.page, name),
          })),
      })),
    combine: (found) => found.flatMap(({ data }) => data ?? []),
  });

  const all = useMemo((): Found[] => {
    return [
      ...(extensions ?? []).map(({ number, name, auth_name }) => ({
        title: name ? `${number} ${name}` : number,
        more: `${text.pages.extensions} ${auth_name}`,
        link: linkTo('extensions', number),
      })),
      ...objects,
      ...(users ?? []).map(({ name, display, email }) => ({
        title: display ? `${name} ${display}` : name,
        more: [text.pages.users, email].filter(Boolean).join(' '),
        link: linkTo('users', name),
      })),
      ...(tenants ?? []).map(({ name, domains }) => ({
        title: name,
        more: [text.pages.tenants, ...domains].join(' '),
        link: linkTo('tenants', name),
      })),
      ...everyPage
        .filter(({ needs }) => !needs || may(needs))
        .map(({ name }) => ({ title: text.pages[name], more: text.search.page, link: linkTo(name) })),
    ];
  }, [extensions, objects, users, tenants, text, may]);
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
