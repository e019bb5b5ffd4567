/** Where everything is installed (ASSAY_TEST_NO_SKIP=1), a skipped journey is a hole nobody sees: there it fails the run. */

import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter'

export default class NoSkip implements Reporter {
  private readonly skipped: string[] = []

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === 'skipped') this.skipped.push(test.titlePath().filter(Boolean).join(' › '))
  }

  onEnd(): Promise<{ status?: FullResult['status'] } | undefined> {
    if (process.env.ASSAY_TEST_NO_SKIP !== '1' || this.skipped.length === 0) return Promise.resolve(undefined)
    console.log(`Skipped, and ASSAY_TEST_NO_SKIP=1 makes that a failure:\n  ${this.skipped.join('\n  ')}`)
    return Promise.resolve({ status: 'failed' })
  }

  printsToStdio(): boolean {
    return false
  }
}
