/** The workspace against a real server and a real process that writes. */

import { type Browser, type BrowserContextOptions, expect, type Locator, type Page, test } from '@playwright/test'
import { expectAxeFindsNothing } from './axe'
import { ask, phone, type Place, runWriter, type Server, startPlace, startWriter, type State } from './server'
import { expectNoComplaints, watch } from './watch'

let place: Place
let server: Server
let state: State
let entity: string

const write = (project: string, what: string) => startWriter('writer.py', place, project, what)
const written = (project: string, what: string) => runWriter('writer.py', place, project, what)

test.beforeAll(async ({ browser }) => {
  place = await startPlace(browser)
  ;({ server, state, entity } = place)
  await Promise.all([written('seed', 'seed'), written('long', 'long'), written('odd', 'odd')])
})
/** A page that stays open goes on asking and drawing beside the next test. */
test.afterEach(async ({ browser }) => {
  await Promise.all(browser.contexts().map(context => context.close()))
})
test.afterAll(() => server.stop())

async function open(
  browser: Browser,
  path: string,
  options: BrowserContextOptions = {},
  prepare?: () => void,
): Promise<Page> {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  await watch(page, /status of 422/)
  if (prepare) await page.addInitScript(prepare)
  await page.goto(`${server.url}/${entity}/${path}`)
  return page
}

const panel = (page: Page, name: string): Locator =>
  page.locator('.panel-slot').getByRole('region', { name, exact: true })
const chart = (page: Page, name: string): Locator => panel(page, name).getByRole('img')
const row = (page: Page, name: string): Locator => page.getByRole('row').filter({ hasText: name })

/** Waits until the panel has a picture, and says it. */
async function drawn(page: Page, name: string): Promise<string> {
  await expect(chart(page, name)).toHaveAttribute('aria-label', /run/)
  return (await chart(page, name).getAttribute('aria-label')) ?? ''
}

/** How many pixels of the lines' canvas are painted in rows above `part` of its height. */
function paintedAbove(page: Page, name: string, part: number): Promise<number> {
  return chart(page, name)
    .locator('canvas.chart-lines')
    .evaluate((canvas: HTMLCanvasElement, part) => {
      const height = Math.floor(canvas.height * part)
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, height)
      let painted = 0
      for (let i = 3; i < data.length; i += 4) if (data[i]! > 100) painted++
      return painted
    }, part)
}

/** Has the page note, in `window.panelRenders`, every component within the panels that React renders. */
function noteRenders(): void {
  interface Fiber {
    tag: number
    flags: number
    child: Fiber | null
    sibling: Fiber | null
    return: Fiber | null
    alternate: Fiber | null
    stateNode: unknown
    type: unknown
  }
  const [FUNCTION, CLASS, FORWARD, MEMO, SIMPLE_MEMO] = [0, 1, 11, 14, 15]
  const components = new Set([FUNCTION, CLASS, FORWARD, MEMO, SIMPLE_MEMO])
  const PERFORMED_WORK = 1
  const seen: string[] = []
  Object.assign(window, { panelRenders: seen })
  const isInPanels = (fiber: Fiber): boolean => {
    for (let at: Fiber | null = fiber; at; at = at.return)
      if (at.stateNode instanceof Element && at.stateNode.closest('.panels')) return true
    return false
  }
  const walk = (next: Fiber): void => {
    const before = next.alternate
    if (components.has(next.tag) && (before === null || (next.flags & PERFORMED_WORK) !== 0) && isInPanels(next))
      (window as never as { panelRenders: string[] }).panelRenders.push(
        (next.type as { name?: string }).name || `tag ${next.tag}`,
      )
    // The same children as before: nothing below was touched.
    if (before && next.child === before.child) return
    for (let child = next.child; child; child = child.sibling) walk(child)
  }
  // React tells this hook of every commit, in production builds too; browser extensions listen there.
  Object.assign(window, {
    __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      supportsFiber: true,
      renderers: new Map(),
      inject: () => 1,
      onCommitFiberRoot: (_: number, root: { current: Fiber }) => walk(root.current),
      onCommitFiberUnmount: () => undefined,
      onPostCommitFiberRoot: () => undefined,
    },
  })
}

test('a line grows while a process writes, without a reload and without a render', async ({ browser }) => {
  const writer = write('live', 'live')
  await new Promise(resolve => writer.stdout?.once('data', resolve))
  const page = await open(browser, 'live', {}, noteRenders)
  try {
    await drawn(page, 'train/loss')
    // The note is taken at all: the first picture came with renders.
    expect(
      await page.evaluate(() => (window as never as { panelRenders: string[] }).panelRenders.length),
    ).toBeGreaterThan(5)
    await expect(page.getByRole('button', { name: 'Live', exact: true })).toBeVisible()
    const lastStep = async (): Promise<number> => Number(/step (\d+)/.exec(await drawn(page, 'train/loss'))?.[1])
    const first = await lastStep()
    await page.evaluate(() => Object.assign(window, { panelRenders: [] }))
    // Long enough for the run list to be refreshed too: that may render the list, not the panels.
    const listed = page.waitForResponse(response => response.url().endsWith('/runs/query'))
    await expect.poll(lastStep, { timeout: 30_000 }).toBeGreaterThan(first + 30)
    await listed
    expect(await page.evaluate(() => (window as never as { panelRenders: string[] }).panelRenders)).toEqual([])

    await page.getByRole('button', { name: 'Live', exact: true }).click()
    await expect(page.getByRole('button', { name: 'Paused' })).toBeVisible()
    const atPause = await lastStep()
    await page.waitForTimeout(2500)
    expect(await lastStep()).toBeLessThanOrEqual(atPause + 15)
    await page.getByRole('button', { name: 'Paused' }).click()
    await expect.poll(lastStep).toBeGreaterThan(atPause + 15)
  } finally {
    writer.stdin?.end()
  }
  await expect(row(page, 'running-now-1').getByRole('img', { name: 'finished' })).toBeVisible({ timeout: 20_000 })
  expectNoComplaints(page)
})

test('a spike one step wide in 200,000 is in the picture, and zoom asks for finer data', async ({ browser }) => {
  const page = await open(browser, 'long')
  await drawn(page, 'loss')
  await expect(panel(page, 'loss').locator('.pill').first()).toHaveText(/buckets of 200 k/)
  // Everything but the spike lies in the lowest tenth of the picture.
  expect(await paintedAbove(page, 'loss', 0.5)).toBeGreaterThan(40)

  const box = (await chart(page, 'loss').boundingBox())!
  const asked = page.waitForRequest(
    request => request.url().endsWith('/series/query') && request.postData()!.includes('"window"'),
  )
  const x = (step: number): number => box.x + 40 + ((box.width - 50) * step) / 200_000
  // A hand that points sees what it points at before it presses.
  await expect(async () => {
    await page.mouse.move(x(114_000), box.y + 60)
    await page.mouse.move(x(115_000), box.y + 60)
    await expect(page.locator('.chart-tip:visible').first()).toBeVisible({ timeout: 1000 })
  }).toPass({ timeout: 15_000 })
  await page.mouse.down()
  await page.mouse.move(x(131_000), box.y + 60, { steps: 4 })
  await page.mouse.up()
  await asked
  await expect(page).toHaveURL(/zoom=step/)
  await expect(panel(page, 'loss').locator('.pill').first()).not.toHaveText(/of 200 k/)
  expect(await paintedAbove(page, 'loss', 0.5)).toBeGreaterThan(40)

  await page.getByRole('button', { name: 'Reset zoom' }).click()
  await expect(page).not.toHaveURL(/zoom/)
  await page.goBack()
  await expect(page).toHaveURL(/zoom=step/)
  expectNoComplaints(page)
})

test('pointing at a line lights its row, pointing at a row lights its line', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await drawn(page, 'val/loss')
  const box = (await chart(page, 'val/loss').boundingBox())!
  for (let y = 40; y < box.height - 40; y += 12) {
    await page.mouse.move(box.x + box.width * 0.4, box.y + y)
    if ((await page.locator('[data-lit]').count()) > 0) break
  }
  await expect(page.locator('[data-lit]')).toHaveCount(1)
  await expect(page.locator('.chart-tip:visible .r.hot')).toHaveCount(1)
  expect(await page.locator('.chart-tip:visible .r.hot .nm').textContent()).toBe(
    await page.locator('[data-lit] .nm').textContent(),
  )
  await expect(page.locator('.chart-tip:visible')).toContainText('10 of 12 shown')

  await row(page, 'quiet-fjord-2').hover()
  await expect(chart(page, 'val/loss').locator('canvas.chart-lines')).toHaveCSS('opacity', '0.34')
  await row(page, 'quiet-fjord-2')
    .getByRole('button', { name: /Do not draw/ })
    .click()
  await expect(page).toHaveURL(/hide=/)
  await expect(page.locator('.runs .foot')).toContainText('11 of 12 drawn')
  await page.goBack()
  await expect(page.locator('.runs .foot')).toContainText('12 drawn')
  expectNoComplaints(page)
})

test('a filter that cannot be read is marked at its character, and the list stays', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await expect(row(page, 'amber-otter-1').first()).toBeVisible()
  await page.keyboard.press('f')
  const filter = page.getByRole('textbox', { name: 'As text' })
  await filter.fill('config.lr <! 3')
  await expect(page.locator('.filter-fault mark')).toHaveText('!')
  await expect(page.locator('.filter-fault')).toContainText('Character 12')
  await expect(row(page, 'amber-otter-1').first()).toBeVisible()
  await filter.fill('config.optimizer = "sgd"')
  await expect(page.locator('.runs .foot')).toContainText('6 runs')
  await expect(page.locator('.filter-fault')).toHaveCount(0)
  await filter.fill('config.lr > 100')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Clear filter', exact: true }).click()
  await expect(page.locator('.runs .foot')).toContainText('12 runs')
  expectNoComplaints(page)
})

test('keys move through the runs, hide one, open one; sorting by a metric shows its values', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await expect(row(page, 'amber-otter-1').first()).toBeVisible()
  await page.keyboard.press('Shift+O')
  const editor = page.getByRole('dialog', { name: 'Sort' })
  await editor.getByRole('combobox').fill('val/acc')
  await page.getByRole('option', { name: /val\/accuracy/ }).click()
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/sort=/)
  await expect(page.getByRole('columnheader', { name: 'val/accuracy' })).toHaveAttribute('aria-sort', 'descending')
  await expect(page.getByRole('row').nth(1)).toContainText('amber-otter-1')
  await expect(page.getByRole('row').nth(1).locator('.cell').first()).toHaveText(/0\.9/)
  await page.locator('.panels').click({ position: { x: 5, y: 5 } })
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('h')
  await expect(page.locator('.runs .foot')).toContainText('11 of 12 drawn')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/runs\/run1/)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('quiet-fjord-2')
  expectNoComplaints(page)
})

test('charts stay what they are while the list is asked something else', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await drawn(page, 'train/loss')
  const canvas = await chart(page, 'train/loss').locator('canvas.chart-lines').elementHandle()
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click()
  await expect(page).toHaveURL(/sort=/)
  await drawn(page, 'train/loss')
  expect(await canvas.evaluate(element => element.isConnected)).toBe(true)
})

test('a panel takes the keyboard: cursor, table, logarithm, full screen', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await drawn(page, 'train/loss')
  await chart(page, 'train/loss').focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(panel(page, 'train/loss').getByRole('status')).toHaveText(/Step \d+, 0\.\d+/)
  await page.keyboard.press('l')
  await expect(panel(page, 'train/loss').locator('.pill')).toHaveText('log')
  await page.keyboard.press('t')
  await expect(page.getByRole('dialog').getByRole('row')).toHaveCount(13)
  await page.keyboard.press('Escape')
  await chart(page, 'train/loss').focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'train/loss in full screen' })).toBeVisible()
  await expect(page).toHaveURL(/panel=/)
  await page.keyboard.press('Escape')
  await expect(page).not.toHaveURL(/panel=/)
  const saved = page.waitForEvent('download')
  await panel(page, 'train/loss').getByRole('button', { name: 'More about train/loss' }).click()
  await page.getByRole('menuitem', { name: 'Save numbers as CSV' }).click()
  expect((await saved).suggestedFilename()).toBe('train-loss.csv')
  expectNoComplaints(page)
})

test('in full screen the keyboard does not get to what lies behind', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await drawn(page, 'train/loss')
  const opener = panel(page, 'train/loss').getByRole('button', { name: 'Show train/loss in full screen' })
  await opener.press('Enter')
  const full = page.getByRole('region', { name: 'train/loss in full screen' })
  await expect(full.locator('.chart')).toBeFocused()
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab')
    const isBehind = await page.evaluate(
      () =>
        document.querySelector('main')?.contains(document.activeElement) &&
        !document.activeElement?.closest('.panel-full'),
    )
    expect(isBehind, `Tab ${presses + 1}`).toBe(false)
  }
  await full.locator('.chart').focus()
  await page.keyboard.press('Escape')
  await expect(full).toHaveCount(0)
  await expect(opener).toBeFocused()
  await page.locator('.run-rows').focus()
  await expect(page.locator('.run-rows')).toBeFocused()
})

test('smoothing set by keys follows what is undone', async ({ browser }) => {
  const page = await open(browser, 'odd')
  await drawn(page, 'loss')
  const slider = page.getByRole('slider', { name: 'Smoothing' })
  await slider.focus()
  for (let i = 0; i < 3; i++) await slider.press('ArrowRight')
  await expect(page).toHaveURL(/smooth=0\.03/)
  await page.keyboard.press('Control+z')
  await expect(page).toHaveURL(/smooth=0\.02/)
  await expect(slider).toHaveAttribute('aria-valuenow', '0.02')
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await expect(page).not.toHaveURL(/smooth=/)
  await expect(slider).toHaveAttribute('aria-valuenow', '0')
  expectNoComplaints(page)
})

test('one point, NaN and infinities are drawn; another axis redraws the same panels', async ({ browser }) => {
  const page = await open(browser, 'odd')
  expect(await drawn(page, 'loss')).toContain('2 runs')
  expect(await paintedAbove(page, 'loss', 1)).toBeGreaterThan(100)
  await page.getByRole('button', { name: /X axis/ }).click()
  await page.getByRole('button', { name: /Wall time/ }).click()
  await expect(page).toHaveURL(/x=time/)
  await expect(chart(page, 'loss')).toHaveAttribute('aria-label', /2 runs/)
  expectNoComplaints(page)
})

test('panels without a run stay when the first ones are drawn', async ({ browser }) => {
  const page = await open(browser, 'seed?show=%5B%5D')
  const first = page.locator('.ws-section .panel-slot').first()
  await first.evaluate(slot => slot.setAttribute('data-first', ''))
  // What the runs define comes later than a skeleton would.
  await page.route('**/definitions/query', async route => {
    await page.waitForTimeout(1000)
    await route.continue()
  })
  const told = page.waitForResponse('**/definitions/query')
  await page.getByRole('button', { name: 'Draw all runs' }).first().click()
  await told
  await drawn(page, 'epoch')
  await expect(first).toHaveAttribute('data-first', '')
})

test('panels off screen ask for nothing until they are near', async ({ browser }) => {
  const page = await open(browser, 'seed', { viewport: { width: 900, height: 320 } })
  const asked: string[] = []
  page.on('request', request => request.url().endsWith('/series/query') && asked.push(request.postData() ?? ''))
  await page.reload()
  await drawn(page, 'epoch')
  await page.waitForTimeout(500)
  expect(asked.some(body => body.includes('val/loss'))).toBe(false)
  await panel(page, 'val/loss').scrollIntoViewIfNeeded()
  await drawn(page, 'val/loss')
  expect(asked.some(body => body.includes('val/loss'))).toBe(true)
})

test('an empty project shows the script that fills it, runs without metrics the line', async ({ browser }) => {
  const page = await open(browser, 'seed')
  // A project comes with its first run, and stays when that is deleted.
  await ask(page.context(), server, 'PUT', `projects/${entity}/nothing-here/runs/r1`, { writer: 'w' })
  await ask(page.context(), server, 'POST', `projects/${entity}/nothing-here/runs/delete`, { ids: ['r1'] })
  await page.goto(`${server.url}/${entity}/nothing-here`)
  await expect(page.getByRole('heading', { name: 'No runs in nothing-here yet' })).toBeVisible({ timeout: 30_000 })
  await expect(page.locator('.codebox')).toHaveText(
    `import assay
run = assay.init(entity="${entity}", project="nothing-here", config={"lr": 0.1})
for step in range(100):
    run.log({"loss": 1 / (1 + run.config["lr"] * step)})
run.finish()`,
    { useInnerText: true },
  )
  await expect(page.getByRole('button', { name: 'Copy script' })).toBeVisible()

  await ask(page.context(), server, 'PUT', `projects/${entity}/no-numbers/runs/r1`, { writer: 'w', name: 'mute-1' })
  await page.goto(`${server.url}/${entity}/no-numbers`)
  await expect(row(page, 'mute-1')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'No metrics yet' })).toBeVisible()
  await expect(page.locator('.codebox')).toHaveText('run.log({"loss": loss})')
  // The first number takes its place, without a reload.
  const rows = [0, 1, 2].map(step => ({ step, values: { loss: 1 / (step + 1) } }))
  await ask(page.context(), server, 'POST', `projects/${entity}/no-numbers/runs/r1/batches`, { writer: 'w', rows })
  await drawn(page, 'loss')
  await expect(page.getByRole('heading', { name: 'No metrics yet' })).toHaveCount(0)
  expectNoComplaints(page)
})

test('on a phone nothing lies on a panel that fills the screen', async ({ browser }) => {
  const page = await open(browser, 'seed', phone)
  await page.getByRole('button', { name: 'Full screen' }).first().click()
  const walk = await page.locator('.full-walk').boundingBox()
  const panel = await page.locator('.panel-full > .panel').boundingBox()
  expect(walk!.y).toBeGreaterThanOrEqual(panel!.y + panel!.height)
  expect(walk!.y + walk!.height).toBeLessThanOrEqual(844)
})

test('on a phone the two halves switch, and nothing runs over the edge', async ({ browser }) => {
  const page = await open(browser, 'seed', phone)
  await drawn(page, 'train/loss')
  await expect(page.getByRole('button', { name: 'Runs 12' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Default view', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Runs 12' }).tap()
  await expect(row(page, 'amber-otter-1').first()).toBeVisible()
  await expect(page).toHaveURL(/half=runs/)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expectNoComplaints(page)
})

test('on a phone the project keeps its name beside an edited view', async ({ browser }) => {
  const page = await open(browser, 'seed?smooth=0.5', phone)
  await expect(page.getByRole('button', { name: 'Default view edited' })).toBeVisible()
  const name = page.locator('.crumb.here .cut')
  await expect(name).toHaveText('seed')
  expect(await name.evaluate(text => text.scrollWidth - text.clientWidth)).toBe(0)
  await expect(page.getByRole('button', { name: 'Live', exact: true })).toBeVisible()
})

test('the named sizes hold', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await expect(row(page, 'amber-otter-1').first()).toBeVisible()
  expect((await page.locator('.runs').boundingBox())?.width).toBe(388)
  expect((await row(page, 'amber-otter-1').first().boundingBox())?.height).toBe(28)
  await page.getByRole('separator', { name: 'Width of the run list' }).press('ArrowRight')
  expect((await page.locator('.runs').boundingBox())?.width).toBe(408)
})

test('axe finds nothing on a full workspace', async ({ browser }) => {
  const page = await open(browser, 'seed?smooth=0.5', { bypassCSP: true })
  await drawn(page, 'train/loss')
  await expectAxeFindsNothing(page, 'a workspace')
})
