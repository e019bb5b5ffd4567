/** Where everything is installed (ASSAY_TEST_NO_SKIP=1), a skipped journey is a hole nobody sees: there it fails the run. */

import type { FullResult, Reporter, TestCase } from '@playwright/test/reporter'

export default class NoSkip implements Reporter {
  private readonly ended = new Set<TestCase>()

  onTestEnd(test: TestCase): void {
    this.ended.add(test)
  }

  onEnd(): Promise<{ status?: FullResult['status'] } | undefined> {
    // What was tried again counts as it ended: journeys behind one that failed are skipped until then.
    const skipped = [...this.ended].filter(test => test.outcome() === 'skipped')
    if (process.env.ASSAY_TEST_NO_SKIP !== '1' || skipped.length === 0) return Promise.resolve(undefined)
    const titles = skipped.map(test => test.titlePath().filter(Boolean).join(' › '))
    console.log(`Skipped, and ASSAY_TEST_NO_SKIP=1 makes that a failure:\n  ${titles.join('\n  ')}`)
    return Promise.resolve({ status: 'failed' })
  }

  printsToStdio(): boolean {
    return false
  }
}
