/** The run list against a real server and real runs: filter, group, sort, pin, tag, trash, export, many rows. */

import { readFileSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, expect, type Locator, type Page, test } from '@playwright/test'
import { expectAxeFindsNothing } from './axe'
import { ask, phone, type Place, runWriter, type Server, startPlace, type State } from './server'
import { expectNoComplaints, watch } from './watch'

const MANY = 800

let place: Place
let server: Server
let state: State
let entity: string

const written = (project: string, ...what: string[]) => runWriter('runsWriter.py', place, project, ...what)

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000)
  place = await startPlace(browser)
  ;({ server, state, entity } = place)
  await written('study', 'study')
})
/** A page that stays open goes on drawing beside the next test. */
test.afterEach(async ({ browser }) => {
  await Promise.all(browser.contexts().map(context => context.close()))
})
test.afterAll(() => server.stop())

async function open(browser: Browser, path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  await watch(page, /status of 422/)
  await page.goto(`${server.url}/${entity}/${path}`)
  await expect(page.locator('.run-row[data-run]').first()).toBeVisible({ timeout: 30_000 })
  return page
}

const row = (page: Page, name: string): Locator => page.locator('.run-row[data-run]').filter({ hasText: name }).first()
const foot = (page: Page): Locator => page.locator('.runs .foot')
const names = (page: Page): Promise<string[]> => page.locator('.run-row[data-run] .nm').allInnerTexts()
const chip = (page: Page, text: string): Locator => page.locator('.chips .chip').filter({ hasText: text })
/** Nothing of the page keeps the keys. */
const leaveFields = (page: Page): Promise<void> => page.locator('.run-rows').focus()

test('rows and text are one filter; each row says how many runs meet it', async ({ browser }) => {
  const page = await open(browser, 'study')
  await leaveFields(page)
  await page.keyboard.press('f')
  const builder = page.getByRole('dialog', { name: 'Filter' })
  await builder.getByRole('combobox', { name: 'Key' }).fill('enc')
  await page.getByRole('option', { name: /config\.encoder/ }).click()
  await builder.getByRole('combobox', { name: 'Value' }).click()
  await page.getByRole('option', { name: /unet-r34/ }).click()
  await expect(builder.getByRole('textbox', { name: 'As text' })).toHaveValue('config.encoder = "unet-r34"')
  await expect(builder.locator('.fb-count')).toHaveText('16')
  await expect(builder.locator('.fb-f')).toContainText('16 of 48 runs')
  await expect(foot(page)).toContainText('16 runs')

  // The other way: a text with a group becomes rows.
  await builder
    .getByRole('textbox', { name: 'As text' })
    .fill('state = "finished" and (tags has "boundary" or config.batch > 16)')
  await expect(builder.getByRole('combobox', { name: 'Key' })).toHaveCount(3)
  await expect(builder.getByRole('combobox', { name: 'Value' }).nth(1)).toHaveValue('boundary')
  await expect(chip(page, 'state')).toBeVisible()
  await expect(chip(page, '2 conditions')).toBeVisible()

  // A fault is shown where it is, the list stays, and what would read is one press away.
  await expect(foot(page)).not.toContainText('16 runs')
  const before = await foot(page).innerText()
  await builder.getByRole('textbox', { name: 'As text' }).fill('config.batch => 16')
  await expect(builder.locator('.filter-fault mark')).toHaveText('>')
  expect(await foot(page).innerText()).toBe(before)
  await builder.getByRole('button', { name: 'Use config.batch >= 16' }).click()
  await expect(builder.locator('.filter-fault')).toHaveCount(0)
  await expect(chip(page, 'batch')).toContainText('≥ 16')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Take away config.batch >= 16' }).click()
  await expect(foot(page)).toContainText('48 runs')
  expectNoComplaints(page)
})

test('no match says what is left without each condition, and drops the worst', async ({ browser }) => {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const filter = encodeURIComponent('val/mIoU > 0.99 and config.encoder = "unet-r34"')
  await page.goto(`${server.url}/${entity}/study?filter=${filter}`)
  await expect(page.getByRole('heading', { name: 'No run matches the filter' })).toBeVisible({ timeout: 30_000 })
  await expect(page.locator('.why-row').first()).toContainText('16')
  await expect(page.locator('.msg')).toContainText('The highest val/mIoU is 0.8')
  await page.getByRole('button', { name: 'Drop val/mIoU' }).click()
  await expect(foot(page)).toContainText('16 runs')
})

test('runs are grouped in a tree, a group is hidden with its eye and named', async ({ browser }) => {
  const page = await open(browser, 'study?sort=-summary.val/mIoU')
  await leaveFields(page)
  await page.keyboard.press('Shift+G')
  const editor = page.getByRole('dialog', { name: 'Group' })
  await editor.getByRole('combobox').fill('config.encoder')
  await page.getByRole('option', { name: /config\.encoder/ }).click()
  await expect(page.locator('.run-row.grp')).not.toHaveCount(0)
  await page.keyboard.press('Escape')
  const group = page.locator('.run-rows-in .run-row.grp').filter({ hasText: 'convnext-t' })
  await expect(group).toContainText('16')
  await expect(group).toContainText('±')
  await expect(group).toHaveAttribute('aria-expanded', 'true')
  await expect(foot(page)).toContainText('48 drawn')
  await group.locator('.eye').click()
  await expect(foot(page)).toContainText('32 of 48 drawn')
  await group.click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Name the group' }).click()
  await page.getByRole('textbox', { name: 'Name of the group convnext-t' }).fill('Ours')
  await page.keyboard.press('Enter')
  await expect(page.locator('.run-rows-in .run-row.grp').filter({ hasText: 'Ours' })).toBeVisible()
  // Everything of it is in the address.
  await page.reload()
  await expect(page.locator('.run-rows-in .run-row.grp').filter({ hasText: 'Ours' })).toBeVisible()
  await expect(foot(page)).toContainText('32 of 48 drawn')
  expectNoComplaints(page)
})

test('several keys sort; what is pinned stands first, the baseline before it with deltas', async ({ browser }) => {
  const page = await open(browser, 'study')
  await leaveFields(page)
  await page.keyboard.press('Shift+O')
  const editor = page.getByRole('dialog', { name: 'Sort' })
  await editor.getByRole('combobox').fill('config.encoder')
  await page.getByRole('option', { name: /config\.encoder/ }).click()
  await editor.getByRole('combobox').fill('val/mIoU')
  await page.getByRole('option', { name: /^val\/mIoU/ }).click()
  await page.keyboard.press('Escape')
  await expect(page.locator('.chips')).toContainText('encoder')
  await leaveFields(page)
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await expect(page.locator('.run-row.pinned')).toHaveCount(1)
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('b')
  await expect(page.locator('.run-row.base')).toHaveCount(1)
  await expect(page.locator('.run-row.pinned').first()).toHaveClass(/base/)
  await expect(page.getByRole('columnheader', { name: 'vs base' })).toBeVisible()
  await expect(page.locator('.run-row .delta').filter({ hasText: /[+−]/ }).first()).toBeVisible()
  expectNoComplaints(page)
})

test('tags go to many runs at once, and come off again with Undo', async ({ browser }) => {
  const page = await open(browser, 'study')
  await row(page, 'mellow').click()
  await page.keyboard.press('Shift+J')
  await page.keyboard.press('Shift+J')
  await expect(page.locator('.bulk')).toContainText('3 selected')
  await page.locator('.bulk').getByRole('button', { name: 'Tag' }).click()
  await page.getByRole('combobox', { name: 'Add a tag' }).fill('keep')
  await page.getByRole('button', { name: 'Save tags' }).click()
  await expect(page.locator('.toast')).toContainText('Tagged keep: 3 runs')
  const tagged = (): Promise<number> =>
    ask<{ total: number }>(page.context(), server, 'POST', `projects/${entity}/study/runs/query`, {
      filter: 'tags has "keep"',
      limit: 1,
    }).then(answer => answer.total)
  await expect.poll(tagged).toBe(3)
  await page.locator('.toast').getByRole('button', { name: /Undo/ }).click()
  await expect.poll(tagged).toBe(0)
  expectNoComplaints(page)
})

test('a tag of a key and a value is offered key first, replaces its value, and filters and groups', async ({
  browser,
}) => {
  const page = await open(browser, 'study')
  const tag = page.getByRole('combobox', { name: 'Add a tag' })
  await row(page, 'mellow').click()
  await page.keyboard.press('t')
  await tag.fill('dataset:v1')
  await page.getByRole('button', { name: 'Save tags' }).click()
  await expect(page.locator('.toasts')).toContainText('Tagged dataset:v1')
  await page.locator('.run-row[data-run]').nth(1).click()
  await page.keyboard.press('t')
  await tag.fill('data')
  await page.getByRole('option', { name: /^dataset:/ }).click()
  await expect(tag).toHaveValue('dataset:')
  await tag.press('ArrowDown')
  await page.getByRole('option', { name: /^dataset:v1/ }).click()
  await page.getByRole('button', { name: 'Save tags' }).click()
  await leaveFields(page)
  await page.keyboard.press('Shift+K')
  await expect(page.locator('.bulk')).toContainText('2 selected')
  await page.locator('.bulk').getByRole('button', { name: 'Tag' }).click()
  await tag.fill('dataset:v2')
  await page.getByRole('button', { name: 'Save tags' }).click()
  await expect(page.locator('.toasts')).toContainText('Tagged dataset:v2: 2 runs')
  await page.locator('.bulk').getByRole('button', { name: 'Tag' }).click()
  await expect(page.locator('.task-tags .tag-key')).toHaveText([/^dataset/])
  await expect(page.locator('.task-tags .tag')).toHaveText([/v2/])
  await page.getByRole('button', { name: 'Cancel' }).click()
  await leaveFields(page)
  await page.keyboard.press('f')
  const builder = page.getByRole('dialog', { name: 'Filter' })
  await builder.getByRole('combobox', { name: 'Key' }).fill('tags.d')
  await page.getByRole('option', { name: /tags\.dataset/ }).click()
  await builder.getByRole('combobox', { name: 'Value' }).click()
  await page.getByRole('option', { name: /v2/ }).click()
  await expect(builder.getByRole('textbox', { name: 'As text' })).toHaveValue('tags.dataset = "v2"')
  await expect(foot(page)).toContainText('2 runs')
  const groups = await ask<{ groups: { path: string[]; run_count: number }[] }>(
    page.context(),
    server,
    'POST',
    `projects/${entity}/study/runs/query`,
    { filter: 'tags.dataset exists', group: ['tags.dataset'], limit: 10 },
  )
  expect(groups.groups.map(({ path, run_count }) => [path[0], run_count])).toEqual([['v2', 2]])
  expectNoComplaints(page)
})

test('deleted runs come back with Undo or from the trash; a purge waits for the name', async ({ browser }) => {
  await written('study', 'one', 'short-lived')
  const page = await open(browser, 'study')
  await row(page, 'short-lived').click()
  await page.keyboard.press('Delete')
  await expect(page.locator('.toast')).toContainText('Deleted short-lived, kept for 30 d')
  await expect(row(page, 'short-lived')).toHaveCount(0)
  await page.locator('.toast').getByRole('button', { name: /Undo/ }).click()
  await expect(row(page, 'short-lived')).toBeVisible()
  await row(page, 'short-lived').click()
  await page.keyboard.press('Delete')
  await expect(row(page, 'short-lived')).toHaveCount(0)

  await page.getByRole('button', { name: 'More about the runs' }).click()
  await page.getByRole('menuitem', { name: 'Trash' }).click()
  const trash = page.getByRole('dialog', { name: /Trash/ })
  await trash.getByRole('checkbox', { name: 'short-lived' }).click()
  await trash.getByRole('button', { name: 'Restore run' }).click()
  await expect(row(page, 'short-lived')).toBeVisible()
  await page.keyboard.press('Escape')
  await row(page, 'short-lived').click()
  await page.keyboard.press('Delete')
  await page.getByRole('button', { name: 'More about the runs' }).click()
  await page.getByRole('menuitem', { name: 'Trash' }).click()
  await trash.getByRole('checkbox', { name: 'short-lived' }).click()
  await trash.getByRole('button', { name: 'Purge' }).click()
  const purge = page.getByRole('dialog', { name: /Purge run from study/ })
  const button = purge.getByRole('button', { name: 'Purge run' })
  await expect(button).toBeDisabled()
  await expect(purge.getByRole('list', { name: 'What goes' })).toContainText('values and')
  await purge.getByRole('textbox').fill('study')
  await button.click()
  await expect(page.locator('.toasts')).toContainText('Purged 1 run')
  expectNoComplaints(page)
})

test('selected runs are compared side by side, in one comparer', async ({ browser }) => {
  const page = await open(browser, 'study')
  const pick = async (first: number, second: number): Promise<void> => {
    const rows = page.locator('.run-row[data-run]')
    await rows.nth(first).click({ modifiers: ['ControlOrMeta'] })
    await rows.nth(second).click({ modifiers: ['ControlOrMeta'] })
    await page.getByRole('toolbar', { name: 'Selected runs' }).getByRole('button', { name: 'Compare' }).click()
  }
  const [first = '', , second = ''] = await names(page)
  await pick(0, 2)
  const full = page.getByRole('region', { name: 'Compared runs in full screen' })
  await expect(full).toContainText(first)
  await expect(full).toContainText(second)
  await page.keyboard.press('Escape')
  await expect(full).toHaveCount(0)
  await page.getByRole('button', { name: 'Clear the selection' }).click()
  await pick(3, 4)
  await expect(full).toContainText((await names(page))[3] ?? '')
  await expect(full).not.toContainText(first)
  await page.keyboard.press('Escape')
  await expect(page.locator('.panel-slot').getByRole('region', { name: 'Compared runs' })).toHaveCount(1)
  expectNoComplaints(page)
})

test('a run is renamed in place', async ({ browser }) => {
  const page = await open(browser, 'study')
  await row(page, 'lucid').click()
  await page.keyboard.press('F2')
  await page.getByRole('textbox', { name: /New name of/ }).fill('the-best-one')
  await page.keyboard.press('Enter')
  await expect(row(page, 'the-best-one')).toBeVisible()
  await expect(page.locator('.toast')).toContainText('Renamed')
  expectNoComplaints(page)
})

test('the key for menus opens that of the row that the keyboard is on', async ({ browser }) => {
  const page = await open(browser, 'study')
  await leaveFields(page)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  const [, name = ''] = await names(page)
  await page.keyboard.press('Shift+F10')
  const menu = page.getByRole('menu', { name })
  await expect(menu.getByRole('menuitem', { name: 'Rename' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(menu).toHaveCount(0)
  await expect(page.locator('.run-rows')).toBeFocused()
})

test('columns are found, shown, moved and derived; the table takes the whole width', async ({ browser }) => {
  const page = await open(browser, 'study')
  await leaveFields(page)
  await page.keyboard.press('Shift+C')
  const picker = page.getByRole('dialog', { name: 'Columns' })
  await picker.getByRole('checkbox', { name: 'lr', exact: true }).click()
  await expect(page.getByRole('columnheader', { name: 'lr' })).toBeVisible()
  await picker.getByRole('button', { name: /^Shown/ }).click()
  await picker.getByRole('button', { name: 'Derived column' }).click()
  await picker.getByRole('textbox', { name: 'Name' }).fill('scaled')
  await picker.getByRole('textbox', { name: 'Expression' }).fill('${config.lr} * ${config.batch}')
  await expect(picker.locator('.derived')).toContainText('Greatest')
  await picker.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByRole('columnheader', { name: 'scaled' })).toBeVisible()
  await page.keyboard.press('Escape')
  await leaveFields(page)
  await page.keyboard.press('Shift+T')
  await expect(page.locator('.runs.wide')).toBeVisible()
  await expect(page.locator('.panels')).toHaveCount(0)
  await expect(page.locator('.run-row[data-run] [data-key="derived.scaled"]').first()).toHaveText(/\d/)

  // Scrolled sideways, names stay where they are, with their own ground.
  const columns = ['config.lr', 'config.batch', 'user', 'created_at'].map(key => ({ key, width: 400 }))
  await page.goto(
    `${server.url}/${entity}/study?v=${encodeURIComponent(JSON.stringify({ runs: { is_table: true, columns } }))}`,
  )
  await expect(page.locator('.run-row[data-run]').first()).toBeVisible()
  const rows = page.locator('.run-rows')
  const scrolled = (): Promise<number> =>
    rows.evaluate(element => {
      element.scrollLeft = 40
      return element.scrollLeft
    })
  await expect.poll(scrolled).toBe(40)
  const lead = page.locator('.run-row[data-run] .run-lead').first()
  const left = async (): Promise<number> => ((await lead.boundingBox())?.x ?? -1) - ((await rows.boundingBox())?.x ?? 0)
  await expect.poll(left).toBe(0)
  await expect(lead).not.toHaveCSS('background-color', 'rgba(0, 0, 0, 0)')
  await rows.evaluate(element => (element.scrollLeft = 0))
  await expect(lead).toHaveCSS('position', 'static')
  expect(await left()).toBe(0)
  expectNoComplaints(page)
})

test('on a phone a row has two lines and 44 px targets, and editors are sheets', async ({ browser }) => {
  const page = await open(browser, 'study?half=runs', phone)
  expect((await page.locator('.run-row[data-run]').first().boundingBox())?.height).toBe(56)
  expect((await page.locator('.run-row[data-run] .eye').first().boundingBox())?.width).toBe(44)
  await expect(page.locator('.run-row[data-run] .line2').first()).toContainText('val/')
  await page.locator('.chip.add').tap()
  await expect(page.locator('.drawer .fb')).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expectNoComplaints(page)
})

test('axe finds nothing on the list, its editors and the table', async ({ browser }) => {
  test.setTimeout(180_000)
  const v = encodeURIComponent(JSON.stringify({ runs: { group: [{ key: 'config.encoder' }], baseline: 'run6' } }))
  const page = await open(browser, `study?filter=state%20%3D%20%22finished%22&v=${v}`, {
    bypassCSP: true,
  })
  const check = async (what: string): Promise<void> => {
    const isOver = (await page.locator('.pop').count()) > 0
    await expectAxeFindsNothing(page, what, isOver ? ['.runs', '.pop'] : ['.runs'])
  }
  await check('list')
  await leaveFields(page)
  for (const [keys, name] of [
    ['f', 'Filter'],
    ['Shift+G', 'Group'],
    ['Shift+O', 'Sort'],
    ['Shift+C', 'Columns'],
  ] as const) {
    await page.keyboard.press(keys)
    await expect(page.getByRole('dialog', { name })).toBeVisible()
    await check(name)
    await page.keyboard.press('Escape')
    await leaveFields(page)
  }
  await page.keyboard.press('Shift+T')
  await check('table')
})

test('names are read in the order of the list', async ({ browser }) => {
  const page = await open(browser, 'study?sort=name')
  const shown = await names(page)
  expect(shown).toEqual(shown.toSorted())
})

test.describe('a long list', () => {
  test.beforeAll(async () => {
    test.setTimeout(240_000)
    await written('many', 'many', String(MANY))
  })

  test('the whole result is exported, not the page', async ({ browser }) => {
    const page = await open(browser, 'many')
    await page.getByRole('button', { name: 'More about the runs' }).click()
    await page.getByRole('menuitem', { name: 'Export all to CSV' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.toast').getByRole('button', { name: 'Download' }).click({ timeout: 30_000 }),
    ])
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\n')
    expect(lines).toHaveLength(MANY + 1)
    expect(download.suggestedFilename()).toBe('many.csv')
    expectNoComplaints(page)
  })

  test('many rows scroll to any place, and a new run moves nothing that is looked at', async ({ browser }) => {
    const page = await open(browser, 'many')
    const grid = page.getByRole('grid', { name: 'Runs' })
    await expect(grid).toHaveAttribute('aria-rowcount', String(MANY + 1))
    await grid.evaluate(element => (element.scrollTop = 700 * 28))
    await expect(row(page, 'run-000099')).toBeVisible()
    // As the page sees it, and found and read in one step: a moment later a row's element may show another run.
    const top = () =>
      grid.evaluate(
        element =>
          [...element.querySelectorAll('.run-row')]
            .find(one => one.textContent?.includes('run-000085'))
            ?.getBoundingClientRect().y,
      )
    await expect(row(page, 'run-000085')).toContainText(/0\.\d/)
    const before = await top()
    await written('many', 'one', 'new-comer')
    await expect(grid).toHaveAttribute('aria-rowcount', String(MANY + 2))
    expect(await top()).toBe(before)
    await grid.evaluate(element => (element.scrollTop = 0))
    await expect(row(page, 'new-comer')).toBeVisible()
    expectNoComplaints(page)
  })
})

test('a filter of the address that does not read is said, and no run is said to be missing', async ({ browser }) => {
  const context = await browser.newContext({ storageState: state })
  const page = await context.newPage()
  await page.goto(`${server.url}/${entity}/study?filter=${encodeURIComponent('config.batch => 16')}`)
  await expect(foot(page)).toContainText('Runs not read', { timeout: 30_000 })
  await expect(foot(page)).not.toContainText('0 runs')
  await page.goto(`${server.url}/${entity}/study`)
  await expect(foot(page)).toContainText('48 runs')
  await context.close()
})

test('a name with marks that turn text is refused, and a script that gives one runs under the rest of it', async ({
  browser,
}) => {
  const page = await open(browser, 'study')
  const at = `projects/${entity}/turned/runs/t1`
  await ask(page.context(), server, 'PUT', at, { writer: 'w', name: 'safe\u202egnp.exe', tags: ['  '] })
  await expect(ask(page.context(), server, 'PATCH', at, { name: '   ' })).rejects.toThrow(/400|422/)
  await page.goto(`${server.url}/${entity}/turned`)
  const name = page.locator('.run-row[data-run] .nm')
  await expect(name).toHaveText('safegnp.exe')
  await expect(name).toHaveCSS('unicode-bidi', 'isolate')
})
