import { plainly } from '../messages/server';
import { useText } from '../messages';

/** What the server said, in the language of the page as far as it is known there; what stays English is marked for voices. */
export function Said({ text: said }: { text: string }) {
  const text = useText();
  return (
    <>
      {text.server(said).map((piece, i) =>
        piece.foreign ? (
          <span key={i} lang="en">
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}

/** The same as one text, for searching, sorting, and where no markup can stand. */
export function useSaid(): (said: string) => string {
  const text = useText();
  return (said) => plainly(text.server(said));
}
