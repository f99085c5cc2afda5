// The signs on buttons: lines of 24×24, drawn in the colour of the text. They say nothing to screen readers; the button does.

const paths = {
  answer: 'M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2',
  end: 'M3 13.5c5-5 13-5 18 0l-1.5 3-4-1.5-.5-2.6a11 11 0 0 0-6 0L8.500 15l-4 1.500z',
  hold: 'M9 5v14M15 5v14',
  resume: 'M8 5v14l11-7z',
  mic: 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 11a7 7 0 0 0 14 0M12 18v3',
  micOff:
    'M4 4l16 16M9 9v2a3 3 0 0 0 4.500 2.600M15 11V6a3 3 0 0 0-5.800-1M5 11a7 7 0 0 0 10.500 6M19 11a7 7 0 0 1-.8 3.200M12 18v3',
  keypad: 'M6 5h.01M12 5h.01M18 5h.01M6 11h.01M12 11h.01M18 11h.01M6 17h.01M12 17h.01M18 17h.01',
  transfer: 'M4 8h13l-3.500-3.500M20 16H7l3.500 3.500',
  erase: 'M20 6H9l-6 6 6 6h11zM12 10l4 4M16 10l-4 4',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4',
  lock: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3',
  half: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 5.800-1',
  alert: 'M12 4 2.500 20h19zM12 10v4M12 17h.01',
  in: 'M17 7 7 17M7 9v8h8',
  out: 'M7 17 17 7M9 7h8v8',
  missed: 'M6 5l6 6 7-7M19 4h-5M19 4v5M4 18c5-4 11-4 16 0',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  close: 'M6 6l12 12M18 6 6 18',
  menu: 'M4 7h16M4 12h16M4 17h16',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5',
  keyboard: 'M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8',
  signOut: 'M10 4H5v16h5M15 8l4 4-4 4M19 12H9',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'keypad' ? 3 : 2}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}
