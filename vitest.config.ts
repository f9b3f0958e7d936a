import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    // A hook that plays runs is as much work as a test.
    hookTimeout: 60_000,
    // Tests that spawn the command or a browser are slow to start on two cores; more workers only thrash.
    maxWorkers: 2,
  },
});
