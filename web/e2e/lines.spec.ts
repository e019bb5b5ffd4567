/** Line panels against a real server: every spike, groups, expressions, regions, files, what hands and keys do. */

import { readFileSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, expect, type Locator, type Page, test } from '@playwright/test'
import { expectAxeFindsNothing } from './axe'
import { phone, type Place, runScript, runWriter, type Server, startPlace, startWriter, type State } from './server'
import { expectNoComplaints, watch } from './watch'

/** 10 million points are sent, stored and merged in that time on a busy machine. */
const SPIKE_MS = 900_000
const SPIKE_AT = 6_543_210
/** A server loads its numeric libraries with the first smoothed line: on a busy machine that takes a while. */
const DRAWN_MS = 100_000
test.describe.configure({ timeout: 180_000 })

let place: Place
let server: Server
let state: State
let entity: string

const write = (project: string, what: string) => startWriter('writer.py', place, project, what)
const written = (project: string, what: string) => runWriter('writer.py', place, project, what)

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000)
  place = await startPlace(browser)
  ;({ server, state, entity } = place)
  await Promise.all([written('encoders', 'encoders'), written('odd', 'odd'), written('sizes', 'sizes')])
})
/** A page that stays open goes on asking and drawing beside the next test. */
test.afterEach(async ({ browser }) => {
  await Promise.all(browser.contexts().map(context => context.close()))
})
test.afterAll(() => server.stop())

async function open(browser: Browser, path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  await watch(page, /status of 4(04|22)/)
  await page.goto(`${server.url}/${entity}/${path}`)
  return page
}

/** In full screen the same panel stands twice: the one on top is meant. */
const panel = (page: Page, name: string): Locator =>
  (page.url().includes('panel=') ? page.locator('.panel-full') : page)
    .getByRole('region', { name, exact: true })
    .first()
const chart = (page: Page, name: string): Locator => panel(page, name).locator('.chart')
const pills = (page: Page, name: string): Locator => panel(page, name).locator('.pills')

async function drawn(page: Page, name: string, what: RegExp = /(run|group|line)s?,/): Promise<string> {
  await expect(chart(page, name)).toHaveAttribute('aria-label', what, { timeout: DRAWN_MS })
  return (await chart(page, name).getAttribute('aria-label')) ?? ''
}

/** Where x lies on the page: the plot's rectangle is what uPlot laid out. */
async function placeOf(page: Page, name: string, x: number): Promise<{ x: number; top: number; bottom: number }> {
  const over = chart(page, name).locator('.u-over').first()
  await expect(over).toBeVisible() // a new plot takes the place of the old one
  const box = (await over.boundingBox())!
  const [low, high] = ((await chart(page, name).getAttribute('data-x')) ?? '0 1').split(' ').map(Number) as [
    number,
    number,
  ]
  return { x: box.x + (box.width * (x - low)) / (high - low), top: box.y, bottom: box.y + box.height }
}

/** As a hand does it: it is never quite still, and what is pointed at is drawn before anything is pressed. */
async function pointAt(page: Page, x: number, y: number): Promise<void> {
  await expect(async () => {
    await page.mouse.move(x - 1, y)
    await page.mouse.move(x, y)
    await expect(page.locator('.chart-tip:visible').first()).toBeVisible({ timeout: 1000 })
  }).toPass({ timeout: 15_000 })
}

async function drag(page: Page, name: string, from: number, to: number): Promise<void> {
  const [a, b] = [await placeOf(page, name, from), await placeOf(page, name, to)]
  const y = (a.top + a.bottom) / 2
  await pointAt(page, a.x, y)
  await page.mouse.down()
  await page.mouse.move((a.x + b.x) / 2, y)
  await page.mouse.move(b.x, y, { steps: 3 })
  await page.mouse.up()
}

/** Painted pixels in the upper half of the lines' canvas. */
function paintedAbove(page: Page, name: string): Promise<number> {
  return chart(page, name)
    .locator('canvas.chart-lines')
    .evaluate((canvas: HTMLCanvasElement) => {
      const height = Math.floor(canvas.height / 2)
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, height)
      let painted = 0
      for (let i = 3; i < data.length; i += 4) if (data[i]! > 100) painted++
      return painted
    })
}

async function settings(page: Page, name: string): Promise<Locator> {
  await chart(page, name).focus()
  await page.keyboard.press('s')
  const drawer = page.getByRole('dialog').or(page.locator('.drawer')).first()
  await expect(drawer).toBeVisible()
  return drawer
}

test('runs become groups with their band, and the tip says how many there are', async ({ browser }) => {
  const page = await open(browser, 'encoders')
  await drawn(page, 'val/loss', /12 runs/)
  await settings(page, 'val/loss')
  await page.getByRole('combobox', { name: 'Group runs' }).selectOption('own')
  const keys = page.getByRole('combobox', { name: 'Add a key to group by' })
  await keys.fill('config.encoder')
  await keys.press('Enter')
  await page.getByRole('button', { name: 'Remove group' }).click()
  await expect(pills(page, 'val/loss')).toContainText('mean ± std by encoder')
  expect(await drawn(page, 'val/loss', /3 groups/)).toContain('convnext-t')
  await page.getByRole('combobox', { name: 'Middle of a group' }).selectOption('median')
  await page.getByRole('combobox', { name: 'Band of a group' }).selectOption('iqr')
  await expect(pills(page, 'val/loss')).toContainText('median, quartiles, by encoder')
  await page.keyboard.press('Escape')
  // Twelve runs begin, nine go on to the end.
  for (const [step, n] of [
    [100, 'n 4'],
    [390, 'n 3'],
  ] as const) {
    const { x, top } = await placeOf(page, 'val/loss', step)
    await pointAt(page, x, top + 20)
    await expect(page.locator('.chart-tip:visible')).toContainText(n)
  }
  expectNoComplaints(page)
})

test('an expression is drawn; one that does not read is pointed at and mended with a click', async ({ browser }) => {
  const page = await open(browser, 'encoders')
  await drawn(page, 'val/loss', /12 runs/)
  await settings(page, 'val/loss')
  const metrics = page.getByRole('combobox', { name: 'Add a metric' })
  await metrics.fill('log(${val/los})')
  await metrics.press('Enter')
  await page.getByRole('button', { name: 'Remove val/loss' }).click()
  await page.keyboard.press('Escape')
  const made = page.getByRole('region', { name: 'log(${val/los})', exact: true })
  await expect(made.locator('.fault .err')).toHaveText('val/los', { timeout: 20_000 })
  await expect(made.getByRole('alert')).toContainText('No run has the key val/los')
  await made.getByRole('button', { name: 'Use val/loss' }).click()
  await drawn(page, 'log(${val/loss})', /12 runs/)
  expectNoComplaints(page)
})

test('a region is marked, named, counted exactly and kept', async ({ browser }) => {
  const page = await open(browser, 'encoders')
  await drawn(page, 'val/loss', /12 runs/)
  await chart(page, 'val/loss').focus()
  await page.keyboard.press('m')
  await expect(page.getByText('Drag over the stretch to mark')).toBeVisible()
  await drag(page, 'val/loss', 100, 200)
  const dialog = page.getByRole('dialog', { name: 'Mark a region' })
  await expect(dialog.getByRole('row')).toHaveCount(13)
  const told = (await dialog.locator('p').first().textContent()) ?? ''
  const [from, to] = [.../\d+/g[Symbol.matchAll](told)].map(found => Number(found[0])) as [number, number]
  await expect(dialog.getByRole('row').nth(1).getByRole('cell').nth(1)).toHaveText(String(to - from))
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Warm-up')
  await dialog.getByRole('button', { name: 'Mark region' }).click()
  // A person who reloads has seen it arrive: the address holds it then.
  await expect(page).toHaveURL(/Warm-up/)
  await page.reload()
  await drawn(page, 'val/loss', /12 runs/)
  const { x, top } = await placeOf(page, 'val/loss', (from + to) / 2)
  await pointAt(page, x, top + 9)
  await page.mouse.click(x, top + 9)
  await expect(page.getByRole('dialog', { name: 'Warm-up' })).toBeVisible()
  expectNoComplaints(page)
})

test('picture and numbers are saved, code and link copied', async ({ browser }) => {
  const page = await open(browser, 'encoders', { permissions: ['clipboard-read', 'clipboard-write'] })
  await drawn(page, 'val/loss', /12 runs/)
  const saved = async (item: string): Promise<Buffer> => {
    const coming = page.waitForEvent('download')
    await panel(page, 'val/loss').getByRole('button', { name: 'More about val/loss' }).click()
    await page.getByRole('menuitem', { name: item }).click()
    return readFileSync(await (await coming).path())
  }
  const svg = (await saved('Save picture as SVG')).toString()
  expect(svg).toMatch(/^<svg xmlns/)
  expect(svg).toContain('<title>val/loss</title>')
  expect(svg).toContain('>amber-otter-1</text>')
  expect(svg).not.toMatch(/NaN|<image/)
  // The same data give the same picture, to the byte. What happened to the runs is asked for apart and may come in between once.
  await expect(async () => {
    const png = await saved('Save picture as PNG')
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect((await saved('Save picture as PNG')).equals(png)).toBe(true)
  }).toPass()
  const csv = (await saved('Save numbers as CSV')).toString().trim().split('\r\n')
  expect(csv[0]).toBe('run,name,metric,step,count,min,max,mean,first,last,nan,posinf,neginf')
  expect(csv).toHaveLength(1 + 9 * 400 + 3 * 250)

  const clipboard = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText())
  await chart(page, 'val/loss').focus()
  await page.keyboard.press('c')
  await expect.poll(clipboard).toContain('api.history(runs, keys=["val/loss"]')
  await drag(page, 'val/loss', 100, 200)
  await expect(page).toHaveURL(/zoom=step/)
  await panel(page, 'val/loss').getByRole('button', { name: 'More about val/loss' }).click()
  await page.getByRole('menuitem', { name: 'Copy link to this panel' }).click()
  await expect.poll(clipboard).toMatch(/panel=val%2Floss/)
  const link = await clipboard()
  await page.goto(link)
  await expect(page.getByRole('region', { name: 'val/loss in full screen' })).toBeVisible()
  await expect(pills(page, 'val/loss')).toContainText(/all \d+ points/)
  expectNoComplaints(page)
})

test('a live line stays smooth and right while it grows', async ({ browser }) => {
  const writer = write('live', 'live')
  await new Promise(resolve => writer.stdout?.once('data', resolve))
  const page = await open(browser, 'live?smooth=0.6')
  try {
    const lastStep = async (): Promise<number> => Number(/step (\d+)/.exec(await drawn(page, 'train/loss'))?.[1])
    const first = await lastStep()
    await expect(pills(page, 'train/loss')).toContainText('smoothed 0.60')
    await expect.poll(lastStep, { timeout: 40_000 }).toBeGreaterThan(first + 20)
  } finally {
    writer.stdin?.end()
  }
  expectNoComplaints(page)
})

test('hands and keys: y zoom, back, wheel, a pinned tip, Tab through the lines, the first NaN', async ({ browser }) => {
  const page = await open(browser, 'odd')
  await drawn(page, 'loss', /2 runs/)
  const range = (): Promise<string | null> => chart(page, 'loss').getAttribute('data-y')
  const whole = await range()
  const { top, bottom } = await placeOf(page, 'loss', 20)
  const { x } = await placeOf(page, 'loss', 30)
  await pointAt(page, x, top + 10)
  await page.keyboard.down('Shift')
  await page.mouse.down()
  await page.mouse.move(x, (top + bottom) / 2, { steps: 4 })
  await page.mouse.up()
  await page.keyboard.up('Shift')
  await expect.poll(range).not.toBe(whole)
  await chart(page, 'loss').focus()
  await page.keyboard.press('Backspace')
  await expect.poll(range).toBe(whole)

  await page.mouse.move(x, top + 40)
  await page.keyboard.down('Control')
  await page.mouse.wheel(0, -400)
  await page.keyboard.up('Control')
  await expect(page).toHaveURL(/zoom=step/)
  await chart(page, 'loss').focus()
  await page.keyboard.press('0')
  await expect(page).not.toHaveURL(/zoom=/)

  await page.keyboard.down('Shift')
  await page.mouse.click(x, top + 40)
  await page.keyboard.up('Shift')
  await expect(page.getByRole('group', { name: 'Values pinned' })).toContainText('odd-values-1')
  await page.getByRole('button', { name: 'Unpin' }).click()

  await chart(page, 'loss').focus()
  const spoken = panel(page, 'loss').getByRole('status')
  await page.keyboard.press('Home')
  await expect(spoken).toHaveText(/, Step \d+, /)
  const line = ((await spoken.textContent()) ?? '').split(',')[0]
  await page.keyboard.press('Tab')
  await expect(spoken).not.toContainText(line as string)

  await panel(page, 'loss').getByRole('button', { name: 'More about loss' }).click()
  await page.getByRole('menuitem', { name: 'Go to the first NaN' }).click()
  await expect(page.getByText('NaN first in odd-values-1, step 40')).toBeVisible()
  await expect(page).toHaveURL(/zoom=step/)
  expectNoComplaints(page)
})

test('values beyond single precision are drawn where they are and told with every digit', async ({ browser }) => {
  const page = await open(browser, 'sizes')
  const range = async (name: string): Promise<number[]> => {
    await drawn(page, name)
    return ((await chart(page, name).getAttribute('data-y')) ?? '').split(' ').map(Number)
  }
  expect((await range('diverged'))[1]).toBeGreaterThan(5e41)
  expect((await range('vanishing'))[1]).toBeLessThan(1e-58)
  const [low = 0, high = 0] = await range('tokens')
  expect([low, high].map(Math.round)).toEqual([1_234_567_888, 1_234_567_941])
  expect((await range('full')).every(Number.isFinite)).toBe(true)
  // Labels stand left of the plot.
  const labels = await chart(page, 'diverged')
    .locator('.u-wrap > canvas')
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, 24, canvas.height)
      return data.filter((alpha, i) => i % 4 === 3 && alpha > 60).length
    })
  expect(labels).toBeGreaterThan(10)
  const spoken = async (name: string, key: string): Promise<string> => {
    await chart(page, name).focus()
    await page.keyboard.press(key)
    const status = panel(page, name).getByRole('status')
    await expect(status).toHaveText(/, Step \d+, /)
    return (await status.textContent()) ?? ''
  }
  expect((await spoken('tokens', 'End')).replaceAll(/\s/g, '')).toContain('1234567939')
  expect(await spoken('diverged', 'Home')).toContain('1e40')
  expectNoComplaints(page)
})

/** Runs of thirty steps and six epochs. */
const DEFINED = `
import assay
for name, is_defined in NAMES:
    run = assay.init(project="defined", id=name, name=name)
    if is_defined:
        run.define_metric("val/*", step_metric="epoch", goal="maximize")
        run.define_metric("val/secret", hidden=True)
    for step in range(30):
        run.log({"loss": 1 / (step + 1)} | ({"epoch": step // 5, "val/acc": step / 30, "val/secret": 1} if step % 5 == 4 else {}))
    run.finish()
`
const define = (names: string) => runScript(server, place.key, DEFINED.replace('NAMES', names))

test('a metric stands over the one that its definition names, where nobody chose an axis', async ({ browser }) => {
  await define('[("one", True), ("two", True)]')
  const page = await open(browser, 'defined')
  const endsAt = async (name: string, last: number): Promise<void> => {
    await drawn(page, name, /runs?,/)
    await expect
      .poll(async () => Math.round(Number((await chart(page, name).getAttribute('data-x'))?.split(' ')[1])))
      .toBe(last)
  }
  const menu = page.getByRole('button', { name: /^X axis/ })
  await endsAt('val/acc', 5)
  await endsAt('loss', 29)
  await expect(chart(page, 'val/acc')).toHaveAttribute('aria-label', /two, epoch 5/)
  await expect(panel(page, 'val/secret')).toHaveCount(0)
  await expect(menu).toContainText('Automatic')
  // Nobody chose it, so there is nothing to save.
  await expect(page).not.toHaveURL(/[?&](x|v|s)=/)
  await expect(page.getByRole('banner')).not.toContainText('edited')

  // The panel's settings say where it comes from; what a person chooses wins.
  await chart(page, 'val/acc').focus()
  await page.keyboard.press('s')
  const drawer = page.getByRole('dialog', { name: 'val/acc' })
  await drawer.getByRole('tab', { name: 'Axes' }).click()
  await expect(drawer).toContainText('definition of the metric')
  await drawer.getByRole('combobox', { name: 'X axis' }).selectOption('step')
  await endsAt('val/acc', 29)
  await drawer.getByRole('button', { name: 'Inherit the x axis' }).click()
  await endsAt('val/acc', 5)
  await page.keyboard.press('Escape')
  await menu.click()
  await page.getByRole('button', { name: /^Step/ }).click()
  await expect(page).toHaveURL(/[?&]x=step/)
  await endsAt('val/acc', 29)
  await page.reload()
  await endsAt('val/acc', 29)
  await menu.click()
  await page.getByRole('button', { name: /^Automatic/ }).click()
  await endsAt('val/acc', 5)

  // A run that measured it and says otherwise takes the step for all.
  await define('[("plain", False)]')
  await page.goto(`${server.url}/${entity}/defined`)
  await drawn(page, 'val/acc', /3 runs/)
  await endsAt('val/acc', 29)
  await page.goto(`${server.url}/${entity}/defined?hide=${encodeURIComponent('["plain"]')}`)
  await endsAt('val/acc', 5)
  await page.goto(`${server.url}/${entity}/defined/runs/one`)
  await endsAt('val/acc', 5)
  await page.goto(`${server.url}/${entity}/defined/runs/one?tab=charts`)
  await endsAt('val/acc', 5)
  await expect(panel(page, 'val/secret')).toHaveCount(0)
  expectNoComplaints(page)
})

test('groups without a finite value say so, not that no run has the metric', async ({ browser }) => {
  const page = await open(browser, `sizes?group=${encodeURIComponent('["state"]')}`)
  await expect(panel(page, 'never').getByText('No drawn group has a finite value of never here')).toBeVisible()
  expectNoComplaints(page)
})

test('on a phone a finger that rests has the tip above it', async ({ browser }) => {
  const page = await open(browser, 'encoders', phone)
  await drawn(page, 'val/loss', /12 runs/)
  await chart(page, 'val/loss').scrollIntoViewIfNeeded()
  const cdp = await page.context().newCDPSession(page)
  const lift = () => cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  // A chart above may still be growing: then the finger has missed, and is put down again.
  await expect(async () => {
    const { x, top, bottom } = await placeOf(page, 'val/loss', 100)
    const y = (top + bottom) / 2
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] })
    try {
      await expect(page.locator('.chart-tip:visible')).toContainText('Step', { timeout: 2_000 })
      const tip = (await page.locator('.chart-tip:visible').boundingBox())!
      expect(tip.y + tip.height).toBeLessThan(y)
    } catch (error) {
      await lift()
      throw error
    }
  }).toPass({ timeout: 15_000 })
  await lift()
  await expect(page.locator('.chart-tip:visible')).toHaveCount(0)
  expectNoComplaints(page)
})

test('axe finds nothing on a panel, its settings and a pinned tip', async ({ browser }) => {
  const page = await open(browser, 'encoders?smooth=0.5', { bypassCSP: true })
  await drawn(page, 'val/loss', /12 runs/)
  const { x, top } = await placeOf(page, 'val/loss', 200)
  await pointAt(page, x, top + 60)
  await page.keyboard.down('Shift')
  await page.mouse.click(x, top + 60)
  await page.keyboard.up('Shift')
  await expect(page.getByRole('group', { name: 'Values pinned' })).toBeVisible()
  for (const tab of ['', 'Axes', 'Lines', 'Marks']) {
    if (tab === 'Axes') await settings(page, 'val/loss')
    if (tab) await page.getByRole('tab', { name: tab }).click()
    await expectAxeFindsNothing(page, tab || 'a pinned tip')
  }
})

test('a spike one step wide among 10 million is in the picture at every zoom', async ({ browser }) => {
  test.setTimeout(SPIKE_MS + 300_000)
  await written('spike', 'spike')
  const page = await open(browser, 'spike?panel=loss')
  await expect(pills(page, 'loss')).toContainText(/buckets of 10 M/, { timeout: 120_000 })
  expect(await paintedAbove(page, 'loss')).toBeGreaterThan(100)
  // All of 4,000 points are drawn; a hand's pixel more or less must not matter.
  for (const half of [1_000_000, 50_000, 1_800]) {
    await drag(page, 'loss', SPIKE_AT - half, SPIKE_AT + half)
    await expect
      .poll(async () => {
        const [low, high] = ((await chart(page, 'loss').getAttribute('data-x')) ?? '').split(' ').map(Number)
        return (high as number) - (low as number)
      })
      .toBeLessThan(half * 2.2)
    await expect(pills(page, 'loss')).toContainText(half > 4_000 ? /buckets of/ : /all/, { timeout: 60_000 })
    expect(await paintedAbove(page, 'loss')).toBeGreaterThan(100)
  }
  const { x, top } = await placeOf(page, 'loss', SPIKE_AT)
  await page.mouse.move(x, top + 20)
  await expect(page.locator('.panel-full .chart-tip:visible')).toContainText('50')
  expectNoComplaints(page)
})
