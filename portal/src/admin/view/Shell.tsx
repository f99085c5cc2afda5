import { ActionIcon, Button } from '@mantine/core';
import { Suspense, useEffect, useRef, useState } from 'react';
import { Icon } from '../../shared/icons';
import { useStore } from '../../shared/store';
import { listen, listening } from '../api/live';
import { useTold } from '../api/queries';
import { useText } from '../messages';
import { tenant as chosenTenant } from '../tenant';
import { type Page, everyPage, groups } from '../pages';
import { pageOf } from '../pages/all';
import { useFirstRun } from '../pages/firstRun';
import { linkTo, useRoute } from '../route';
import { leave, useMay, useMe } from '../session';
import { HelpDialog } from './HelpDialog';
import { SearchDialog } from './SearchDialog';
import { TenantChooser } from './TenantChooser';
import { Empty } from './Trouble';
import css from './admin.module.css';
import { useKeys } from './useKeys';
import { joined } from './words';

/** The frame around every page. */
export function Shell() {
  const text = useText();
  const me = useMe();
  const route = useRoute();
  const may = useMay();
  const [open, setOpen] = useState(false);
  const [dialog, setDialog] = useState<'search' | 'help' | null>(null);
  const main = useRef<HTMLElement>(null);
  const seen = (page: Page) => !page.needs || may(page.needs);
  const at = everyPage.find(({ name }) => name === (route.page || 'dashboard'));
  const title = at ? text.pages[at.name] : text.app.unknown;
  const from = useRef(title);
  const house = useTold('telephony.show', {}, may('telephony.show') && me.class !== 'dealer');
  const company = joined(house.data?.value.values.find(({ key }) => key === 'company')?.value);

  const tenant = useStore(chosenTenant);
  // A dealer's people reach nothing before it is said of which tenant.
  const placed = me.class !== 'dealer' || tenant !== '';

  useEffect(() => (placed ? listen(me.class === 'dealer' ? tenant : '') : undefined), [placed, me.class, tenant]);
  // Who comes with no page in mind, to a system where nobody can call, begins there; the dashboard is one key away.
  const fresh = useFirstRun(route.page === '');
  useEffect(() => {
    if (fresh) location.replace(linkTo('start'));
  }, [fresh]);
  useEffect(() => {
    document.title = [title, company, 'Ringfence'].filter(Boolean).join(' · ');
    setOpen(false);
    document.querySelector('#navigation [aria-current]')?.scrollIntoView({ block: 'nearest' });
    // Who goes somewhere hears where he is; who has just come is left at the top.
    if (from.current !== title) main.current?.focus();
    from.current = title;
  }, [title, company]);
  useKeys({ search: () => setDialog('search'), help: () => setDialog('help'), modal: dialog !== null });

  const Content = at && seen(at) ? pageOf[at.name] : null;
  return (
    <div className={css.shell}>
      <a href="#main" className={css.skip} onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        {text.app.skip}
      </a>
      <section className={css.bar} aria-label={text.app.bar}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={css.menu}
          aria-label={text.app.menu}
          aria-expanded={open}
          aria-controls="navigation"
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? 'close' : 'menu'} />
        </ActionIcon>
        <a href={linkTo('dashboard')} className={css.brand}>
          <img src="/icon.svg" alt="" width={24} height={24} /> <span className={css.brandName}>Ringfence</span>
        </a>
        <Button
          variant="default"
          size="sm"
          className={css.search}
          leftSection={<Icon name="search" size={16} />}
          rightSection={<kbd className={css.kbd}>/</kbd>}
          onClick={() => setDialog('search')}
        >
          <span className={css.searchText}>{text.search.button}</span>
        </Button>
        <TenantChooser />
        <Live />
        <a href={linkTo('account')} className={css.me} aria-current={at?.name === 'account' ? 'page' : undefined}>
          <span className={css.initial} aria-hidden="true">
            {(me.display || me.name).charAt(0).toUpperCase()}
          </span>
          <span className={css.meName}>{me.display || me.name}</span>
        </a>
        <ActionIcon variant="subtle" color="gray" size="lg" className={css.keysButton} aria-label={text.app.help} onClick={() => setDialog('help')}>
          <Icon name="keyboard" />
        </ActionIcon>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={text.app.signOut} onClick={() => void leave()}>
          <Icon name="signOut" />
        </ActionIcon>
      </section>
      <nav id="navigation" className={css.nav} data-open={open || undefined} aria-label={text.app.navigation}>
        {groups.map(({ name, pages }) => {
          const shown = pages.filter(seen);
          if (shown.length === 0) return null;
          return (
            <section key={name} aria-labelledby={`group-${name}`}>
              <h2 id={`group-${name}`} className={css.group}>
                {text.groups[name]}
              </h2>
              <ul>
                {shown.map((page) => (
                  <li key={page.name}>
                    <a href={linkTo(page.name)} aria-current={page === at ? 'page' : undefined} onClick={() => setOpen(false)}>
                      {text.pages[page.name]}
                    </a>
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </nav>
      <main id="main" ref={main} tabIndex={-1} className={css.main}>
        <h1 className={css.title}>{title}</h1>
        <Suspense fallback={<p className={css.waiting}>{text.app.waiting}</p>}>
          {Content && !placed && !at?.everywhere ? (
            <p className={css.waiting}>{text.tenants.choose}</p>
          ) : Content ? (
            <Content key={`${tenant} ${at?.name}`} />
          ) : (
            <Empty title={at ? text.app.closed : text.app.unknownText} teach={at ? text.app.notAllowed : text.app.unknownTeach}>
              <a href={linkTo('dashboard')}>{text.app.toDashboard}</a>
            </Empty>
          )}
        </Suspense>
      </main>
      {dialog === 'search' && <SearchDialog close={() => setDialog(null)} />}
      {dialog === 'help' && <HelpDialog close={() => setDialog(null)} />}
    </div>
  );
}

function Live() {
  const text = useText();
  const live = useStore(listening);
  return (
    <span className={css.live} role="status">
      <span className={css.dot} data-on={live || undefined} aria-hidden="true" />
      <span className={css.liveText}>{live ? text.app.live : text.app.notLive}</span>
    </span>
  );
}

