/** What stands on the axis of a chart by itself, and what people say about a stretch of it, on a real server. */

import { type Browser, expect, type Page, test } from '@playwright/test'
import { ask, type Place, runScript, startPlace } from './server'
import { expectNoComplaints, watch } from './watch'

test.describe.configure({ timeout: 120_000 })
const WAIT = { timeout: 30_000 }
let place: Place

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000)
  place = await startPlace(browser)
})
test.afterEach(async ({ browser }) => {
  await Promise.all(browser.contexts().map(context => context.close()))
})
test.afterAll(async () => {
  await place?.server.clear()
})

async function open(browser: Browser, address: string): Promise<Page> {
  const context = await browser.newContext({ storageState: place.state, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await watch(page)
  await page.goto(`${place.server.url}/${place.entity}/${address}`)
  return page
}

test('a chart marks where its run was resumed and rewound, for the pointer, the keyboard and in its table', async ({
  browser,
}) => {
  const { server, key, entity } = place
  await runScript(
    server,
    key,
    `
import assay
for part in range(2):
    run = assay.init(project='turns', id='r1', name='calm-basin', resume='allow')
    for step in range(part * 50, part * 50 + 50):
        run.log({'acc': step}, step=step)
    run.finish()
`,
  )
  const page = await open(browser, 'turns')
  await expect(page.locator('.u-over').first()).toBeVisible(WAIT)
  await ask(page.context(), server, 'POST', `projects/${entity}/turns/runs/r1/rewind`, { step: 80 })
  const answered = page.waitForResponse(answer => answer.url().endsWith('/turns/query'))
  await page.reload()
  expect(await (await answered).json()).toMatchObject({
    turns: [
      { kind: 'resumed', step: 49 },
      { kind: 'rewound', step: 80 },
    ],
  })
  const chart = page.locator('.chart').first()
  const over = page.locator('.u-over').first()
  await expect(over).toBeVisible(WAIT)
  const box = (await over.boundingBox())!
  // x runs from 0 to 80.
  await page.mouse.move(box.x + (box.width * 49) / 80, box.y + box.height - 5)
  await page.mouse.move(box.x + (box.width * 49) / 80 + 1, box.y + box.height - 5)
  const tip = page.locator('.tip, .chart-tip').filter({ hasText: `resumed after step 49 by ${entity}` })
  await expect(tip.first()).toBeVisible(WAIT)
  await page.mouse.move(0, 0)
  await chart.focus()
  await page.keyboard.press('End')
  await expect(page.getByText(`rewound to step 80 by ${entity}`).first()).toBeAttached(WAIT)
  await page.keyboard.press('Escape')
  await chart.focus()
  await page.keyboard.press('t')
  const marks = page.getByRole('dialog').getByRole('table', { name: 'Marks on the axis' })
  await expect(marks.getByRole('row')).toHaveCount(3)
  await expect(marks).toContainText('calm-basin: resumed after step 49')
  expectNoComplaints(page)
})
