import world from '../contract/world.json';
import { useStore } from '../../shared/store';
import { preferences } from '../preferences';
import css from './admin.module.css';
import { nameOf } from './countries';

interface Props {
  readonly label: string;
  /** 0 to 4: how strongly a country is filled. */
  readonly level: (code: string) => number;
  /** What stands beside a country's name when one points at it. */
  readonly said?: (code: string) => string;
  /** For whoever has a mouse; everything that it does stands in a list, too. */
  readonly choose?: (code: string) => void;
}

export function WorldMap({ label, level, said, choose }: Props) {
  const { language } = useStore(preferences);
  return (
    <svg className={css.map} viewBox={`0 0 ${world.width} ${world.height}`} role="img" aria-label={label} data-choose={choose ? '' : undefined}>
      {world.shapes.map(([code = '', shape]) => (
        <path key={code} d={shape} data-level={level(code)} onClick={choose && (() => choose(code))}>
          <title>{[nameOf(code, language), said?.(code)].filter(Boolean).join(': ')}</title>
        </path>
      ))}
    </svg>
  );
}
