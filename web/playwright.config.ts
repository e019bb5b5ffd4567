import { defineConfig } from '@playwright/test'

/** The system's Chromium, so that no browser is downloaded. Another one: CHROMIUM=/path/to/it. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  fullyParallel: false,
  workers: Number(process.env.ASSAY_JOURNEYS_AT_ONCE ?? 1),
  // On a busy machine a hand may be quicker than the page. Where everything must pass, a journey that fails is tried once more and
  // told as flaky at the end; at one's desk it fails.
  retries: process.env.ASSAY_TEST_NO_SKIP === '1' ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['./e2e/noSkip.ts']],
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
    trace: 'off',
    screenshot: 'only-on-failure',
  },
})
