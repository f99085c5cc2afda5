// The question before something is removed, which is the same for all things.

import { useText } from '../messages';
import { type Question, useDesk } from './Dialogs';

interface Removal extends Omit<Question, 'title' | 'action'> {
  readonly name: string;
}

/** Asks, with what will happen, and says whether it can be taken back. */
export function useRemoval(): (removal: Removal) => void {
  const text = useText();
  const { confirm } = useDesk();
  return ({ name, consequences, ...rest }) =>
    confirm({
      title: text.object.removeTitle(name),
      consequences: [...consequences, rest.undo ? text.app.canUndo : text.app.noUndo],
      action: text.app.remove,
      ...rest,
    });
}
