// What pages keep of the server's answers, and when they ask again.

import { QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AnswerOf, OperationName } from '../contract/contract';
import { Problem, type Told, type Values, type Wish, ask } from './client';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      // What was refused is refused again; what was not reached, or was busy, may be there in a moment.
      retry: (count, fault) => count < 2 && fault instanceof Problem && [0, 429, 503].includes(fault.status),
    },
  },
});

export function useTold<Name extends OperationName>(name: Name, values: Values = {}, enabled = true, everyMs = 0) {
  return useQuery<Told<AnswerOf<Name>>, Problem>({
    queryKey: [name, values],
    queryFn: ({ signal }) => ask(name, values, { signal }),
    enabled,
    refetchInterval: everyMs || false,
    placeholderData: (before) => before,
  });
}

const rowsAtOnce = 10_000;

/** All rows of a list that the server cuts, so that they can be sorted and searched here. */
async function askForAll<Name extends OperationName>(name: Name, list: string, signal: AbortSignal) {
  const first = await ask(name, { limit: rowsAtOnce }, { signal });
  const answer = first.value as Record<string, unknown[]>;
  const rows = [...(answer[list] ?? [])];
  while (first.total !== null && rows.length < first.total) {
    const next = (await ask(name, { limit: rowsAtOnce, offset: rows.length }, { signal })).value as Record<string, unknown[]>;
    const part = next[list] ?? [];
    if (part.length === 0) break;
    rows.push(...part);
  }
  return { ...answer, [list]: rows } as AnswerOf<Name>;
}

/** What is asked for all rows of a list: the same question wherever it is asked, so that it is asked once. */
export const allOf = <Name extends OperationName>(name: Name, list: keyof AnswerOf<Name> & string) => ({
  queryKey: [name, 'all'],
  queryFn: ({ signal }: { signal: AbortSignal }) => askForAll(name, list, signal),
});

export function useList<Name extends OperationName>(name: Name, list: keyof AnswerOf<Name> & string, enabled = true) {
  return useQuery<AnswerOf<Name>, Problem>({ ...allOf(name, list), enabled });
}

interface Order extends Wish {
  readonly values?: Values;
}

/** Sends a command. Whatever it changed is asked for again: the answer to one question often depends on another. */
export function useCommand<Name extends OperationName>(name: Name) {
  const client = useQueryClient();
  return useMutation<AnswerOf<Name>, Problem, Order>({
    mutationFn: async ({ values, ...wish }) => (await ask(name, values ?? {}, wish)).value,
    onSuccess: () => client.invalidateQueries(),
  });
}
