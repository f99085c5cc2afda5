import { useList } from '../api/queries';
import { useMay } from '../session';

/** Whether nobody can be called yet, so that the pages begin with the way to the first call. */
export function useFirstRun(asked: boolean): boolean {
  const may = useMay();
  const wanted = asked && may('extension.list') && may('extension.add');
  return useList('extension.list', 'extensions', wanted).data?.extensions.length === 0 && wanted;
}
