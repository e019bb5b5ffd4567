/** Arranging a workspace: panels moved, sized, added, found and removed, sections, settings, and everything taken back. */

import { type Browser, type BrowserContextOptions, expect, type Locator, type Page, test } from '@playwright/test'
import { expectAxeFindsNothing } from './axe'
import { ask, phone, type Place, runWriter, type Server, startPlace, type State } from './server'
import { expectNoComplaints, watch } from './watch'

let place: Place
let server: Server
let state: State
let entity: string

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000)
  place = await startPlace(browser)
  ;({ server, state, entity } = place)
  const context = await browser.newContext({ storageState: state })
  await runWriter('writer.py', place, 'seed', 'seed')
  // Many metrics in one run: ten thousand names of forty prefixes, and one that names a thousand.
  const values = Object.fromEntries(Array.from({ length: 1_200 }, (_, i) => [`layer/w${i}`, i / 7]))
  const rows = [0, 1].map(step => ({ step, values }))
  await ask(context, server, 'PUT', `projects/${entity}/wide/runs/r1`, { writer: 'w', name: 'wide-1' })
  await ask(context, server, 'POST', `projects/${entity}/wide/runs/r1/batches`, { writer: 'w', rows })
  // One run, one point.
  await ask(context, server, 'PUT', `projects/${entity}/point/runs/r1`, { writer: 'w', name: 'point-1' })
  await ask(context, server, 'POST', `projects/${entity}/point/runs/r1/batches`, {
    writer: 'w',
    rows: [{ step: 3, values: { loss: 0.5 } }],
  })
  await context.close()
})
/** A page that stays open goes on asking and drawing beside the next test. */
test.afterEach(async ({ browser }) => {
  await Promise.all(browser.contexts().map(context => context.close()))
})
test.afterAll(() => server.stop())

async function open(browser: Browser, path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  await watch(page)
  await page.goto(`${server.url}/${entity}/${path}`)
  return page
}

const panel = (page: Page, name: string): Locator =>
  page.locator('.panel-slot').getByRole('region', { name, exact: true })
const chart = (page: Page, name: string): Locator => panel(page, name).getByRole('img').first()
const section = (page: Page, name: string): Locator =>
  page.locator('.sections').getByRole('region', { name, exact: true })
const drawn = (page: Page, name: string): Promise<void> =>
  expect(chart(page, name)).toHaveAttribute('aria-label', /run/, { timeout: 40_000 })
/** Panels of a section in the order of their places. */
const order = (page: Page, name: string): Promise<string[]> =>
  section(page, name)
    .locator('.placed')
    .evaluateAll(all =>
      all
        .map(slot => ({
          box: slot.getBoundingClientRect(),
          id: slot.querySelector('[data-panel]')!.getAttribute('data-panel')!,
        }))
        .toSorted((a, b) => a.box.top - b.box.top || a.box.left - b.box.left)
        .map(({ id }) => id),
    )

test('panels are dragged, sized with pointer and keys, and every step is taken back', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await drawn(page, 'train/loss')
  expect(await order(page, 'train')).toEqual(['train/loss', 'train/lr'])

  const head = panel(page, 'train/lr').locator('.panel-h .title')
  const from = (await head.boundingBox())!
  const to = (await panel(page, 'train/loss').locator('.panel-h .title').boundingBox())!
  await page.mouse.move(from.x + 10, from.y + 6)
  await page.mouse.down()
  await page.mouse.move(from.x - 40, from.y + 10, { steps: 3 })
  await expect(page.locator('.drop-place')).toBeVisible()
  await page.mouse.move(to.x + 8, to.y + 8, { steps: 5 })
  await page.mouse.up()
  await expect.poll(() => order(page, 'train')).toEqual(['train/lr', 'train/loss'])

  const width = async (): Promise<number> => (await panel(page, 'train/lr').boundingBox())!.width
  const before = await width()
  const corner = (await panel(page, 'train/lr').boundingBox())!
  await page.mouse.move(corner.x + corner.width - 5, corner.y + corner.height - 5)
  await page.mouse.down()
  await page.mouse.move(corner.x + corner.width + 155, corner.y + corner.height - 5, { steps: 4 })
  await page.mouse.up()
  await expect.poll(width).toBeGreaterThan(before + 140)

  await chart(page, 'train/lr').focus()
  await page.keyboard.press('Alt+Shift+ArrowLeft')
  await expect.poll(width).toBeLessThan(before + 140)
  await page.keyboard.press('Alt+ArrowRight')
  await expect.poll(() => order(page, 'train')).toEqual(['train/loss', 'train/lr'])
  await expect(chart(page, 'train/lr')).toBeFocused()

  for (let i = 0; i < 4; i++) await page.keyboard.press('Control+z')
  await expect.poll(() => order(page, 'train')).toEqual(['train/loss', 'train/lr'])
  await expect.poll(width).toBe(before)
  await expect(page).not.toHaveURL(/\?v=/)
  await expect(page.getByRole('button', { name: 'Nothing to undo' })).toBeDisabled()
  for (let i = 0; i < 4; i++) await page.keyboard.press('Control+Shift+z')
  await expect.poll(width).toBeGreaterThan(before + 60)
  expectNoComplaints(page)
})

test('what is arranged comes back with the address, and Back takes it back', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await drawn(page, 'val/loss')
  await chart(page, 'epoch').focus()
  await page.keyboard.press('Delete')
  await expect(panel(page, 'epoch')).toHaveCount(0)
  await expect(page.locator('.toast')).toContainText('Removed')
  const link = page.url()
  const other = await open(browser, link.slice(link.lastIndexOf('/') + 1))
  await drawn(other, 'val/loss')
  await expect(panel(other, 'epoch')).toHaveCount(0)
  await page.goBack()
  await drawn(page, 'epoch')
  await page.goForward()
  await expect(panel(page, 'epoch')).toHaveCount(0)
  await page.keyboard.press('Control+z')
  await drawn(page, 'epoch')
  await chart(page, 'epoch').focus()
  await page.keyboard.press('Delete')
  await page.locator('.toast').getByRole('button', { name: /Undo/ }).click()
  await drawn(page, 'epoch')
  expectNoComplaints(page)
})

test('panels are added by name and by a pattern that later metrics follow', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await drawn(page, 'val/loss')
  await page.keyboard.press('a')
  const dialog = page.getByRole('dialog', { name: 'Add panel' })
  await dialog.getByRole('combobox', { name: 'Find metrics' }).fill('val')
  await dialog.getByRole('option', { name: 'val/accuracy' }).click()
  await dialog.getByRole('option', { name: 'val/loss' }).click()
  await dialog.getByRole('button', { name: 'All in one' }).click()
  await expect(dialog.locator('.add-preview .chart')).toHaveAttribute('aria-label', /24 lines/)
  await dialog.getByRole('button', { name: 'Add 1 panel' }).click()
  await expect(section(page, 'My panels').getByRole('region')).toHaveCount(1)

  await page.keyboard.press('a')
  await dialog.getByRole('button', { name: /regular expression/ }).click()
  await dialog.getByRole('combobox', { name: 'Find metrics' }).fill('loss$')
  await expect(dialog).toContainText('2 metrics now')
  await dialog.getByRole('button', { name: 'Add 2 panels' }).click()
  const losses = section(page, 'loss$')
  await expect(losses.locator('.placed')).toHaveCount(2)
  const body = { writer: 'late', rows: [{ step: 0, values: { 'test/loss': 1 } }] }
  await ask(page.context(), server, 'PUT', `projects/${entity}/seed/runs/late`, { writer: 'late', name: 'late-1' })
  await ask(page.context(), server, 'POST', `projects/${entity}/seed/runs/late/batches`, body)
  await expect(losses.locator('.placed')).toHaveCount(3, { timeout: 20_000 })
  expectNoComplaints(page)
})

test('settings reach a panel, its section or all, and say where they come from', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await drawn(page, 'train/loss')
  await chart(page, 'train/loss').focus()
  await page.keyboard.press('s')
  const drawer = page.getByRole('dialog', { name: 'train/loss' })
  await drawer.getByRole('tab', { name: 'Axes' }).click()
  await drawer.getByRole('combobox', { name: 'X axis' }).selectOption('relative')
  await expect.poll(() => page.url()).toContain('relative')
  await drawer.getByRole('button', { name: 'Section', exact: true }).click()
  await expect(drawer.getByText('from section')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(drawer).toHaveCount(0)
  await chart(page, 'train/lr').focus()
  await page.keyboard.press('s')
  const other = page.getByRole('dialog', { name: 'train/lr' })
  await other.getByRole('tab', { name: 'Axes' }).click()
  await expect(other.getByRole('combobox', { name: 'X axis' })).toHaveValue('relative')
  await expect(other.getByText('from section')).toBeVisible()
  await other.getByRole('tab', { name: 'Data' }).click()
  await other.getByRole('textbox', { name: 'Title' }).fill('Learning rate')
  await other.getByRole('textbox', { name: 'Title' }).press('Enter')
  await expect(panel(page, 'Learning rate')).toBeVisible()
  expectNoComplaints(page)
})

test('a search shows what it finds as one section, plain or regular, and can be kept', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await drawn(page, 'train/loss')
  await page.keyboard.press('p')
  await page.keyboard.type('loss -val -test')
  await expect(section(page, 'Found').locator('.placed')).toHaveCount(1)
  await page.getByRole('searchbox', { name: 'Find panels' }).fill('(')
  await page.getByRole('button', { name: 'Find panels by regular expression' }).click()
  await expect(page.getByRole('searchbox', { name: 'Find panels' })).toHaveAttribute('aria-invalid', 'true')
  await page.getByRole('searchbox', { name: 'Find panels' }).fill('^(val|train)/loss$')
  await expect(section(page, 'Found').locator('.placed')).toHaveCount(2)
  await page.getByRole('button', { name: 'Keep as a section' }).click()
  await page.getByRole('button', { name: 'Clear: find panels' }).click()
  await expect(section(page, '^(val|train)/loss$').locator('.placed')).toHaveCount(2)
})

test('the manual workspace begins as a copy; both are kept', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await drawn(page, 'train/loss')
  await page.getByRole('button', { name: 'Settings of all panels' }).click()
  const drawer = page.getByRole('dialog', { name: 'Settings of all panels' })
  await drawer.getByRole('combobox', { name: 'Where panels come from' }).selectOption('manual')
  await expect(page).toHaveURL(/mode=manual/)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'More about section train' }).click()
  await page.getByRole('menuitem', { name: 'Delete section' }).click()
  await expect(section(page, 'train')).toHaveCount(0)
  await page.keyboard.press('Shift+s')
  await drawer.getByRole('combobox', { name: 'Where panels come from' }).selectOption('automatic')
  await expect(section(page, 'train')).toBeVisible()
  await drawer.getByRole('combobox', { name: 'Where panels come from' }).selectOption('manual')
  await expect(section(page, 'train')).toHaveCount(0)
  await expect(section(page, 'val')).toBeVisible()
  expectNoComplaints(page)
})

test('selected panels move to a section together', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await drawn(page, 'val/loss')
  for (const name of ['val/loss', 'val/accuracy']) {
    await panel(page, name)
      .locator('.panel-h .title')
      .click({ modifiers: ['Control'] })
  }
  const bar = page.getByRole('toolbar', { name: 'Selected panels' })
  await expect(bar).toContainText('2 panels selected')
  await bar.getByRole('button', { name: 'Move to' }).click()
  await page.getByRole('menuitem', { name: 'New section' }).click()
  await expect(section(page, 'New section').locator('.placed')).toHaveCount(2)
  await expect(section(page, 'val')).toHaveCount(0)
  await page.keyboard.press('Control+z')
  await expect(section(page, 'val').locator('.placed')).toHaveCount(2)
})

test('in full screen keys walk from panel to panel', async ({ browser }) => {
  const page = await open(browser, 'seed?panel=train%2Floss')
  await expect(page.getByRole('region', { name: 'train/loss in full screen' })).toBeVisible()
  await page.keyboard.press(']')
  await expect(page.getByRole('region', { name: 'train/lr in full screen' })).toBeVisible()
  await page.keyboard.press('[')
  await expect(page.getByRole('region', { name: 'train/loss in full screen' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page).not.toHaveURL(/panel=/)
  await page.goto(`${server.url}/${entity}/seed?panel=no-such`)
  await expect(page.getByRole('heading', { name: 'This panel is not here' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page).not.toHaveURL(/panel=/)
})

test('one Escape closes what adds a panel, whose kinds are chosen with arrows', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await page.getByRole('button', { name: 'Add panel' }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Add panel' })
  const kinds = dialog.getByRole('listbox', { name: 'Kind of panel' }).getByRole('option')
  await expect(dialog.getByRole('combobox', { name: 'Find metrics' })).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  await expect(kinds.first()).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(kinds.nth(1)).toBeFocused()
  await expect(kinds.nth(1)).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('ArrowUp')
  await expect(kinds.first()).toBeFocused()
  await page.keyboard.press('End')
  await expect(kinds.last()).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
})

test('a newer format and unknown kinds are kept and say so', async ({ browser }) => {
  const v = {
    format: 9,
    glow: 1,
    mode: 'manual',
    sections: [{ id: 's', title: 'Tomorrow', panels: [{ kind: 'hologram', id: 'h1', depth: 3 }] }],
  }
  const page = await open(browser, `seed?v=${encodeURIComponent(JSON.stringify(v))}`)
  await expect(page.getByText('This view was made by a newer version')).toBeVisible()
  await expect(section(page, 'Tomorrow')).toContainText('kind “hologram”')
  await page
    .getByRole('button', { name: /Tomorrow/ })
    .first()
    .click()
  // An edit beside them leaves them as they are.
  await expect
    .poll(() => decodeURIComponent(page.url()))
    .toMatch(/"depth":3.*"is_folded":true|"is_folded":true.*"depth":3/)
  expect(decodeURIComponent(page.url())).toContain('"glow":1')
})

test('a section of 1,200 panels mounts what is near the screen, to its end', async ({ browser }) => {
  const page = await open(browser, 'wide')
  await drawn(page, 'layer/w0')
  await expect(page.locator('.section-h').first()).toContainText('200 panels')
  expect(await page.locator('.placed').count()).toBeLessThan(60)
  await page.locator('.panels').evaluate(scroller => scroller.scrollTo(0, scroller.scrollHeight))
  await drawn(page, 'layer/w1199')
  expect(await page.locator('.placed').count()).toBeLessThan(60)
  expectNoComplaints(page)
})

test('one run with one point is a picture', async ({ browser }) => {
  const page = await open(browser, 'point')
  await expect(chart(page, 'loss')).toHaveAttribute('aria-label', /one run, point-1 at 0\.5/)
})

test('live updates pause and go on with a key', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await drawn(page, 'train/loss')
  await page.keyboard.press('Shift+p')
  await expect(page.getByRole('button', { name: 'Paused' })).toBeVisible()
  await page.keyboard.press('Shift+p')
  await expect(page.getByRole('button', { name: 'Live', exact: true })).toBeVisible()
})

test('every action of panels is in the shortcut sheet', async ({ browser }) => {
  const page = await open(browser, 'seed')
  await drawn(page, 'train/loss')
  await page.keyboard.press('?')
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  for (const name of [
    'Find panels',
    'Add panel',
    'Undo',
    'Redo',
    'Save view',
    'Move the panel left',
    'Wider',
    'Full screen',
  ])
    await expect(sheet.getByText(name, { exact: true })).toBeVisible()
})

test('on a phone panels stand in one column of 270 px and settings are a sheet', async ({ browser }) => {
  const page = await open(browser, 'seed', phone)
  await drawn(page, 'train/loss')
  const boxes = await page.locator('.placed').evaluateAll(all => all.map(slot => slot.getBoundingClientRect().toJSON()))
  for (const box of boxes as DOMRect[]) expect([box.height, box.width > 340]).toEqual([270, true])
  await page.getByRole('button', { name: 'Settings of all panels' }).tap()
  await expect(page.getByRole('dialog', { name: 'Settings of all panels' })).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expectNoComplaints(page)
})

test('axe finds nothing on drawers and dialogs', async ({ browser }) => {
  const page = await open(browser, 'seed', { bypassCSP: true })
  await drawn(page, 'train/loss')
  await chart(page, 'train/loss').focus()
  await page.keyboard.press('s')
  await page.getByRole('dialog', { name: 'train/loss' }).waitFor()
  await expectAxeFindsNothing(page, 'panel settings')
  await page.keyboard.press('Escape')
  await page.keyboard.press('a')
  await page.getByRole('dialog', { name: 'Add panel' }).waitFor()
  await expectAxeFindsNothing(page, 'adding')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+s')
  await page.getByRole('dialog', { name: 'Settings of all panels' }).waitFor()
  await expectAxeFindsNothing(page, 'settings of the page')
})
