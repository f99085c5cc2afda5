import type { Schemas } from '../contract/contract';
import { linkTo } from '../route';
import { useMay } from '../session';

const pages = { extension: ['extensions', 'extension.list'], department: ['departments', 'department.list'], trunk: ['trunks', 'trunk.list'] } as const;

/** Whose account it is, with the way there for whoever may see it. */
export function AccountName({ account: { level, name } }: { account: Schemas['Spending'] }) {
  const may = useMay();
  const [page, needs] = pages[level as keyof typeof pages] ?? [];
  return page && may(needs) ? <a href={linkTo(page, name)}>{name}</a> : <>{name}</>;
}
