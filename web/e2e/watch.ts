/** What must hold on every page of every test: no error in the console, nothing that the content security policy refused. */

import { expect, type Page } from '@playwright/test'

const complaints = new WeakMap<Page, string[]>()

/** Starts to listen. `allowed`: what a test brings about on purpose. */
export async function watch(page: Page, allowed: RegExp = /^$/): Promise<void> {
  const seen: string[] = []
  complaints.set(page, seen)
  const add = (text: string) => !allowed.test(text) && seen.push(text)
  page.on('pageerror', error => add(`page error: ${error.message}`))
  page.on(
    'console',
    message => message.type() === 'error' && add(`console: ${message.text()} ${message.location().url}`),
  )
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', event => {
      console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI} ${event.sample}`)
    })
  })
}

export function expectNoComplaints(page: Page): void {
  expect(complaints.get(page)).toEqual([])
}
