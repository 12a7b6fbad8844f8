import { defineConfig } from 'vitest/config'

/** `npm run screenshots` writes docs/images anew. */
export default defineConfig({
  test: { include: ['test/console/screenshots/take.ts'], testTimeout: 300_000, hookTimeout: 60_000 },
})
