import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { Said } from '../view/Said';
import { Mark } from '../view/Shown';
import css from '../view/admin.module.css';
import { useCountry } from '../view/words';

/** Ways on which somebody who showed no password calls at the house's cost. */
export function OpenPaths({ paths }: { paths: readonly Schemas['OpenPath'][] }) {
  const text = useText();
  const country = useCountry();
  return (
    <section className={css.panel}>
      <h2 className={css.heading}>{text.reach.open}</h2>
      <ul className={css.ranks}>
        {paths.map((path) => (
          <li key={path.text}>
            <span>
              <Mark tone="bad">
                {country(path.country)} {text.label(path.class)}
              </Mark>{' '}
              <Said text={path.text} />
            </span>
            <strong>{path.per_min}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}
