/** What stands on the axis of a chart by itself, and what people say about a stretch of it, on a real server. */

import { readFileSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, expect, type Locator, type Page, test } from '@playwright/test'
import { addMember, administer, ask, type Place, runScript, startPlace, type State } from './server'
import { expectNoComplaints, watch } from './watch'

test.describe.configure({ timeout: 120_000 })
const WAIT = { timeout: 30_000 }
const TEAM = 'helix'
let place: Place
let mara: State
let vera: State

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000)
  place = await startPlace(browser)
  const { server, entity } = place
  administer(server, 'team', 'add', TEAM)
  administer(server, 'team', 'member', 'add', TEAM, entity, 'member')
  mara = await addMember(browser, server, 'mara', TEAM, 'member')
  vera = await addMember(browser, server, 'vera', TEAM, 'viewer')
})
test.afterEach(async ({ browser }) => {
  await Promise.all(browser.contexts().map(context => context.close()))
})
test.afterAll(async () => {
  await place?.server.clear()
})

async function open(browser: Browser, address: string, state = place.state): Promise<Page> {
  const context = await browser.newContext({ storageState: state, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await watch(page)
  await page.goto(address.startsWith('http') ? address : `${place.server.url}/${address}`)
  await expect(page.locator('.u-over').first()).toBeVisible(WAIT)
  return page
}

/** Where x stands on the first chart, just above its axis and in its middle. */
async function placeOf(page: Page, x: number): Promise<{ x: number; axis: number; middle: number }> {
  const box = (await page.locator('.u-over').first().boundingBox())!
  const said = (await page.locator('.chart').first().getAttribute('data-x')) ?? '0 1'
  const [low, high] = said.split(' ').map(Number) as [number, number]
  const at = box.x + (box.width * (x - low)) / (high - low)
  return { x: at, axis: box.y + box.height - 5, middle: box.y + box.height / 2 }
}

/** As a hand does it: it is never quite still, and what is pointed at is drawn before anything is pressed. */
async function pointAt(page: Page, x: number, y: number): Promise<void> {
  await expect(async () => {
    await page.mouse.move(x - 1, y)
    await page.mouse.move(x, y)
    await expect(page.locator('.chart-tip:visible').first()).toBeVisible({ timeout: 1000 })
  }).toPass({ timeout: 15_000 })
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
  const page = await open(browser, `${entity}/turns`)
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
  await expect(page.locator('.u-over').first()).toBeVisible(WAIT)
  const { x, axis } = await placeOf(page, 49)
  await pointAt(page, x, axis)
  await expect(page.locator('.chart-tip:visible').first()).toContainText(`resumed after step 49 by ${entity}`)
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

test('members talk about a region of a chart, viewers read, and each changes their own words only', async ({
  browser,
}) => {
  const { server, key } = place
  await runScript(
    server,
    key,
    `
import assay
run = assay.init(entity='${TEAM}', project='bends', name='calm-basin')
for step in range(101):
    run.log({'acc': step}, step=step)
run.finish()
`,
  )
  const page = await open(browser, `${TEAM}/bends`)
  await page.locator('.chart').first().focus()
  await page.keyboard.press('m')
  const [from, to] = [await placeOf(page, 20), await placeOf(page, 60)]
  await pointAt(page, from.x, from.middle)
  await page.mouse.down()
  await page.mouse.move(to.x, to.middle, { steps: 4 })
  await page.mouse.up()
  const marking = page.getByRole('dialog', { name: 'Mark a region' })
  await marking.getByRole('textbox', { name: 'Name' }).fill('Warm-up')
  await expect(marking.getByRole('heading', { name: 'Comments' })).toHaveCount(0)
  await marking.getByRole('button', { name: 'Mark region' }).click()
  await expect(page).toHaveURL(/Warm-up/)

  const mine = await openRegion(page)
  // Every step logged its own number, so the first and the last tell the stretch.
  const cells = mine.getByRole('row').nth(1).getByRole('cell')
  const [low, high] = [await cells.nth(2).textContent(), await cells.nth(4).textContent()]
  await expect(cells.nth(5)).toHaveText(low!)
  await expect(cells.nth(6)).toHaveText(high!)
  await say(mine, '**bends** at the warm-up, see <b>this</b>')
  await expect(
    mine
      .getByRole('listitem')
      .locator('strong')
      .filter({ hasText: /^bends$/ }),
  ).toBeVisible(WAIT)
  await expect(mine.getByRole('listitem')).toContainText('<b>this</b>')
  await expect(mine.getByRole('listitem')).toContainText(place.entity)

  const hers = await openRegion(await open(browser, page.url(), mara))
  await expect(hers.getByRole('listitem')).toHaveCount(1, WAIT)
  await expect(hers.getByRole('button', { name: 'Edit the comment' })).toHaveCount(0)
  await say(hers, 'not with seed 2')
  const second = hers.getByRole('listitem').nth(1)
  await second.getByRole('button', { name: 'Edit the comment' }).click()
  const box = second.getByRole('textbox', { name: 'Comment' })
  await box.fill('only with seed 2')
  await box.press('Escape')
  await expect(second).toContainText('not with seed 2')
  await second.getByRole('button', { name: 'Edit the comment' }).click()
  await expect(box).toHaveValue('only with seed 2')
  await box.press('Control+Enter')
  await expect(second).toContainText('only with seed 2')
  await expect(second).toContainText('edited')

  const theirs = await openRegion(await open(browser, page.url(), vera))
  await expect(theirs.getByRole('listitem')).toHaveCount(2, WAIT)
  await expect(theirs.getByRole('textbox', { name: 'Comment' })).toHaveCount(0)
  await expect(theirs.getByRole('button', { name: /the comment/ })).toHaveCount(0)

  // The chart tells how many there are, in its picture too.
  await page.reload()
  await expect(page.locator('.u-over').first()).toBeVisible(WAIT)
  await expect(async () => expect(await savedSvg(page)).toContain('Warm-up · 2')).toPass({ timeout: 20_000 })
  await second.getByRole('button', { name: 'Delete the comment' }).click()
  await second.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(hers.getByRole('listitem')).toHaveCount(1)
  const again = await openRegion(page)
  await expect(again.getByRole('listitem')).toHaveCount(1, WAIT)
  expectNoComplaints(page)
})

test('who is named at a region is led to it: its panel opens, the region marked, the thread beside it', async ({
  browser,
}) => {
  const { server, key } = place
  await runScript(
    server,
    key,
    `
import assay
run = assay.init(entity='${TEAM}', project='points', name='calm-basin')
for step in range(101):
    run.log({'acc': step}, step=step)
run.finish()
`,
  )
  const mine = {
    kind: 'line',
    id: 'mine',
    title: 'Mine',
    y: [{ metric: 'acc' }],
    regions: [{ id: 'warm', axis: 'time', from_x: 0, to_x: 9e9, name: 'Warm-up' }],
  }
  const v = { automatic: { added: [{ id: 'own', title: 'Own', panels: [mine] }] } }
  // Nothing of it is saved, and the reader begins on another axis: what is kept with the words leads there all the same.
  const page = await open(browser, `${TEAM}/points?x=time&v=${encodeURIComponent(JSON.stringify(v))}`)
  await page.getByRole('button', { name: 'More about Mine' }).click()
  await page.getByRole('menuitem', { name: 'Region Warm-up' }).click()
  const dialog = page.getByRole('dialog', { name: 'Warm-up' })
  await say(dialog, '@vera here it bends')
  expectNoComplaints(page)

  const hers = await open(browser, `${TEAM}/points`, vera)
  await hers.keyboard.press('g')
  await hers.keyboard.press('m')
  const mentions = hers.getByRole('dialog', { name: 'Mentions' })
  const first = mentions.getByRole('link').filter({ hasText: 'here it bends' })
  await expect(first).toContainText('comment on a region in points', WAIT)
  await first.click()
  await expect(hers).toHaveURL(/region=warm/, WAIT)
  const full = hers.getByRole('region', { name: 'Mine in full screen' })
  await expect(full).toBeVisible(WAIT)
  const thread = hers.getByRole('dialog', { name: 'Warm-up' })
  await expect(thread.getByRole('listitem')).toContainText('here it bends', WAIT)
  // Closed, it stays closed, and the region stays marked: its edges are drawn, which no other region has.
  await thread.getByRole('button', { name: 'Cancel' }).click()
  await expect(thread).toHaveCount(0)
  await expect(full.locator('.u-over').first()).toBeVisible()
  await expect(hers).toHaveURL(/panel=mine/)
  await hers.keyboard.press('Escape')
  await expect(full).toHaveCount(0)
  await expect(hers).not.toHaveURL(/region=/)
  expectNoComplaints(hers)

  const lost = await open(browser, `${TEAM}/points?region=gone`, vera)
  await expect(lost.getByText('The region is not on this page')).toBeVisible(WAIT)
  await expect(lost).not.toHaveURL(/region=/)
})

test('a project has notes with a history, and who is named in them is told', async ({ browser }) => {
  const { server, key } = place
  const script = `
import assay
run = assay.init(entity='${TEAM}', project='plans', id='r1', name='calm-basin')
run.log({'acc': 1})
run.finish()
`
  await runScript(server, key, script)
  const page = await open(browser, `${TEAM}/plans`)
  await page.getByRole('button', { name: 'Notes of plans' }).click()
  const dialog = page.getByRole('dialog', { name: 'Notes of plans' })
  const box = dialog.getByRole('textbox', { name: 'Notes' })
  await dialog.getByRole('button', { name: 'Edit the notes' }).click()
  await box.pressSequentially('Seeds first, then @ma')
  await expect(page.getByRole('option')).toHaveText([/^mara/])
  await box.press('Escape')
  await expect(page.getByRole('option')).toHaveCount(0)
  await box.press('r')
  await box.press('Enter')
  await expect(box).toHaveValue('Seeds first, then @mara ')
  await box.pressSequentially('decides, not @nobody.')
  // A slip of the hand, and another one: the text is there again.
  await box.press('Escape')
  await expect(page.getByText('The notes are not saved.')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await page.reload()
  await page.getByRole('button', { name: 'Notes of plans' }).click()
  await dialog.getByRole('button', { name: 'Go on writing' }).click()
  await expect(box).toHaveValue('Seeds first, then @mara decides, not @nobody.')
  const offered = await new AxeBuilder({ page }).include('.project-notes').analyze()
  expect(offered.violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([])
  await box.press('Control+Enter')
  await expect(dialog.locator('.md .person')).toHaveText(['@mara'], WAIT)
  await dialog.getByRole('button', { name: 'Edit the notes' }).click()
  await box.fill('@mara decided')
  await box.press('Control+Enter')
  await expect(dialog.locator('.md')).toHaveText('@mara decided', WAIT)
  await dialog.getByRole('button', { name: 'History of the notes' }).click()
  const history = page.getByRole('dialog', { name: 'History of the notes' })
  await expect(history.getByRole('listitem')).toHaveCount(2, WAIT)
  await history.getByRole('button', { name: 'Restore' }).click()
  await expect(dialog.locator('.md')).toContainText('Seeds first', WAIT)

  // The name was there all the time: she is told once.
  const hers = await open(browser, `${TEAM}/plans`, mara)
  const menu = hers.getByRole('button', { name: /your menu, 1 mention$/ })
  await expect(menu).toBeVisible(WAIT)
  await hers.goto(`${server.url}/`)
  await menu.click()
  await hers.getByRole('menuitem', { name: /^Mentions/ }).click()
  const mentions = hers.getByRole('dialog', { name: 'Mentions' })
  const first = mentions.getByRole('listitem').first()
  await expect(first).toContainText('notes of plans', WAIT)
  await expect(first).toContainText('Seeds first, then @mara decides')
  const found = await new AxeBuilder({ page: hers }).include('.mentions-dialog').analyze()
  expect(found.violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([])
  await first.getByRole('link').click()
  await expect(hers).toHaveURL(new RegExp(`/${TEAM}/plans`))
  await expect(hers.getByRole('button', { name: /your menu$/ })).toBeVisible(WAIT)

  const theirs = await open(browser, `${TEAM}/plans`, vera)
  await theirs.getByRole('button', { name: 'Notes of plans' }).click()
  await expect(theirs.locator('.md .person')).toHaveText(['@mara'], WAIT)
  await expect(theirs.getByRole('button', { name: 'History of the notes' })).toBeVisible()
  await expect(theirs.getByRole('button', { name: 'Edit the notes' })).toHaveCount(0)
  expectNoComplaints(page)
  expectNoComplaints(hers)
})

test('before a purge it is said what goes, and which artifacts lose the run that made them', async ({ browser }) => {
  const { server, key, entity } = place
  await runScript(
    server,
    key,
    `
import assay
run = assay.init(project='freed', id='r1', name='calm-basin')
run.log({'acc': 1, 'loss': 2})
open('w.bin', 'wb').write(b'weights')
run.log_model('w.bin', name='ckpt', aliases=['production'])
run.finish()
other = assay.init(project='freed', id='r2', name='quiet-fjord')
other.log({'acc': 2})
other.finish()
`,
  )
  const page = await open(browser, `${entity}/freed`)
  await ask(page.context(), server, 'DELETE', `projects/${entity}/freed/runs/r1`)
  await page.getByRole('button', { name: 'More about the runs' }).click()
  await page.getByRole('menuitem', { name: 'Trash' }).click()
  const trash = page.getByRole('dialog', { name: /Trash/ })
  await trash.getByRole('checkbox', { name: 'calm-basin' }).click()
  await trash.getByRole('button', { name: 'Purge' }).click()
  const goes = page.getByRole('dialog', { name: /Purge run from freed/ }).getByRole('list', { name: 'What goes' })
  await expect(goes).toContainText('1 version of artifacts stays without the run that made it', WAIT)
  await expect(goes).toContainText(`${entity}/freed/ckpt:production`)
  const found = await new AxeBuilder({ page }).include('.dialog.purge').analyze()
  expect(found.violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([])
  expectNoComplaints(page)
})

async function openRegion(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'More about acc' }).click()
  await page.getByRole('menuitem', { name: 'Region Warm-up' }).click()
  return page.getByRole('dialog', { name: 'Warm-up' })
}

async function say(dialog: Locator, text: string): Promise<void> {
  await dialog.getByRole('textbox', { name: 'Comment' }).fill(text)
  await dialog.getByRole('button', { name: 'Comment', exact: true }).click()
  await expect(dialog.getByRole('textbox', { name: 'Comment' })).toHaveValue('', WAIT)
}

async function savedSvg(page: Page): Promise<string> {
  const coming = page.waitForEvent('download')
  await page.getByRole('button', { name: 'More about acc' }).click()
  await page.getByRole('menuitem', { name: 'Save picture as SVG' }).click()
  return readFileSync(await (await coming).path(), 'utf8')
}
