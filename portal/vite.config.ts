import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// One HTML file a page. What they load lies under /assets, named by its content, so that it may be kept for ever.
export default defineConfig({
  plugins: [react()],
  base: '/',
  build: {
    target: 'es2022',
    // Nothing inline: the pages are served with script-src 'self' and style-src 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    emptyOutDir: true,
    rollupOptions: { input: { index: 'index.html', phone: 'phone.html' } },
  },
  test: { include: ['tests/{unit,words}/**/*.test.ts'], environment: 'node' },
});
