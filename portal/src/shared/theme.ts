// One look for all pages. Mantine writes no style elements here (the pages are served with style-src 'self'): its standard
// variables come with its style sheet, ours with theme.css. So no component may have properties by screen size, and Grid and
// SimpleGrid, which are made of them, are left out; CSS modules do that.

import { Checkbox, Modal, createTheme } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'cyan',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Checkbox: Checkbox.extend({ defaultProps: { radius: 'sm' } }),
    // The lock of scrolling writes a style element.
    Modal: Modal.extend({
      defaultProps: { lockScroll: false, centered: true, overlayProps: { backgroundOpacity: 0.5 } },
    }),
  },
});
