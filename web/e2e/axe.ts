/** What axe has to say about a page in both themes. */

import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** The rules that look at colours. What the others look at is the same in both themes. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']

/** Expects that axe finds nothing on the page, or in the parts of it that are named: every rule in the light theme, then those
 * that look at colours in the dark one. The page is open with `bypassCSP`, as axe is put into it as a script, which the page's
 * own policy refuses. */
export async function expectAxeFindsNothing(page: Page, what: string, parts: readonly string[] = []): Promise<void> {
  const light = await wear(page, 'light')
  const found = await violations(page, parts)
  const dark = await wear(page, 'dark')
  expect(dark, 'the dark theme shows').not.toBe(light)
  found.push(...(await violations(page, parts, OF_COLOURS)))
  expect(found, what).toEqual([])
}

/** Shows the page in a theme of the system's; answers its background. */
async function wear(page: Page, colorScheme: 'light' | 'dark'): Promise<string> {
  await page.emulateMedia({ colorScheme })
  return await page.evaluate(async () => {
    // A colour on its way from one theme to the other is in neither.
    for (const moving of document.getAnimations()) if (moving instanceof CSSTransition) moving.finish()
    await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    return getComputedStyle(document.body).backgroundColor
  })
}

async function violations(page: Page, parts: readonly string[], rules?: string[]): Promise<string[]> {
  // Where there are no frames, axe looks in the page itself; else it opens another page to put together what it finds in each,
  // which takes three times as long.
  const hasFrames = page.frames().length > 1
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode(!hasFrames)
  for (const part of parts) axe.include(part)
  if (rules) axe.withRules(rules)
  const answer = await axe.analyze()
  return answer.violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`)
}
