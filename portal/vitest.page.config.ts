import { defineConfig } from 'vitest/config';

// The built page in Chromium; PORTAL_DIST says where it was built, PORTAL_PICTURES where screenshots go, if they are wanted.
export default defineConfig({
  test: {
    include: ['tests/page/**/*.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
