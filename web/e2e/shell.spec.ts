import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { layoutFaults } from './layout'
import { ask, phone, type Server, signInByLink, startServer, type State } from './server'
import { expectNoComplaints, watch } from './watch'

let server: Server
let state: State
let entity: string
test.beforeAll(async ({ browser }) => {
  server = await startServer()
  state = await signInByLink(browser, server)
  const context = await browser.newContext({ storageState: state })
  ;({ default_entity: entity } = await ask<{ default_entity: string }>(context, server, 'GET', 'me'))
  await ask(context, server, 'PUT', `projects/${entity}/digits/runs/r1`, {
    writer: 'w1',
    name: 'amber-otter-412',
    tags: ['boundary'],
  })
  await context.close()
})
test.afterAll(() => server?.clear())

let context: BrowserContext
let page: Page
test.beforeEach(async ({ browser }) => {
  context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  await watch(page)
})
test.afterEach(async () => {
  expectNoComplaints(page)
  await context.close()
})

/** Opens a page and waits until it takes keys. */
const open = async (path = '') => {
  await page.goto(`${server.url}/${path}`)
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible()
}

const boxOf = async (selector: string) => (await page.locator(selector).boundingBox())!

test('the rail is 68 px wide and the top bar 44 px high', async () => {
  await open()
  await expect(page.getByRole('heading', { name: 'Projects' })).toBeVisible()
  expect((await boxOf('.rail')).width).toBe(68)
  expect((await boxOf('.topbar')).height).toBe(44)
})

test('the rail shows only places that exist, and where one is', async () => {
  await open()
  const rail = page.getByRole('navigation', { name: 'Main' })
  await expect(rail.locator('.place')).toHaveText(['Home', 'Settings'])
  await open(`${entity}/digits`)
  await expect(rail.locator('.place')).toHaveText(['Home', 'Runs', 'Artifacts', 'Settings'])
  await expect(rail.locator('[aria-current=page]')).toHaveText('Runs')
})

test('the palette finds actions, projects and runs, and goes there', async () => {
  await open()
  await page.keyboard.press('Control+k')
  const palette = page.getByRole('dialog', { name: 'Command palette' })
  await expect(palette.getByRole('option', { name: /Light or dark/ })).toBeVisible()
  await page.keyboard.type('otter')
  await expect(palette.getByRole('option', { name: /amber-otter-412/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/${entity}/digits/runs/r1`)
  await expect(palette).toBeHidden()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('sett')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/settings')

  // What gives the focus to a field has it there, not in the palette that goes.
  await open(`${entity}/digits`)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('find runs')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Find runs')).toBeFocused()
  await page.keyboard.press('Escape')

  await page.keyboard.press('Control+k')
  await page.keyboard.type('no such thing anywhere')
  await expect(palette.getByRole('status')).toContainText('Nothing here is called')
  await page.keyboard.press('Escape')
  await expect(palette).toBeHidden()
})

test('the palette has names before notes, and names before tags', async () => {
  const name = 'walrus-with-a-name-of-some-length-that-is-still-read'
  const tags = Array.from({ length: 12 }, (_, i) => `a-long-tag-that-says-much-${i}`)
  await ask(page.context(), server, 'PUT', `projects/${entity}/named/runs/n0`, { writer: 'w', name, tags })
  for (let i = 1; i < 8; i++)
    await ask(page.context(), server, 'PUT', `projects/${entity}/named/runs/n${i}`, {
      writer: 'w',
      name: `r${i}`,
      notes: 'walrus',
    })
  await open(`${entity}/named`)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('WALRUS')
  const runs = page
    .getByRole('dialog', { name: 'Command palette' })
    .getByRole('group', { name: 'Runs' })
    .getByRole('option')
  await expect(runs).toHaveCount(6)
  await expect(runs.first()).toContainText(name)
  const label = runs.first().locator('.cut').first()
  expect(await label.evaluate(element => element.scrollWidth <= element.clientWidth)).toBe(true)
  await page.keyboard.press('Escape')
})

test('G then a letter goes to a page, ? lists the keys, and a text field keeps its letters', async () => {
  await open()
  await page.keyboard.press('g')
  await page.keyboard.press(',')
  await page.waitForURL('**/settings')
  await page.keyboard.press('?')
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(sheet.getByText('Light or dark')).toBeVisible()
  await page.keyboard.type('palette')
  await expect(sheet.getByText('Light or dark')).toBeHidden()
  await expect(sheet.getByText('Command palette')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  await expect(page.getByLabel('Find a project')).toBeVisible()
  await page.getByLabel('Find a project').fill('g')
  await page.getByLabel('Find a project').press('h')
  await expect(page.getByLabel('Find a project')).toHaveValue('gh')
})

test('Alt M switches the theme, and it is kept without a flash', async () => {
  await open()
  await expect(page.getByRole('heading', { name: 'Projects' })).toBeVisible()
  const isDark = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor === 'rgb(12, 13, 16)')
  expect(await isDark()).toBe(false)
  await page.keyboard.press('Alt+m')
  expect(await isDark()).toBe(true)
  await page.reload({ waitUntil: 'commit' })
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark')
  await page.emulateMedia({ colorScheme: 'light' })
  expect(await isDark()).toBe(true)
})

test('an address without a page says so and offers the way on', async () => {
  await open(`settings`)
  await expect(page).toHaveTitle('Settings · Assay')
  await open(`a/b/c/d/e`)
  await expect(page).toHaveTitle('No such page · Assay')
  await expect(page.getByRole('heading', { name: 'There is no page at this address' })).toBeVisible()
  await page.getByRole('link', { name: 'Go to home' }).click()
  await expect(page.getByRole('heading', { name: 'Projects' })).toBeVisible()
})

test('the switcher goes from project to project, back and forward walk the pages', async () => {
  await ask(context, server, 'PUT', `projects/${entity}/cells/runs/r1`, { writer: 'w1' })
  await open(`${entity}/digits`)
  await page.getByRole('navigation', { name: 'Where you are' }).getByRole('button').click()
  await page.getByRole('menuitem', { name: 'cells' }).click()
  await page.waitForURL(`**/${entity}/cells`)
  await page.goBack()
  await page.waitForURL(`**/${entity}/digits`)
  await page.goForward()
  await page.waitForURL(`**/${entity}/cells`)
})

test('a key is made, shown once, used and revoked', async () => {
  await open(`settings`)
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name').fill('gpu-box-3')
  await page.getByRole('button', { name: 'Create key' }).click()
  const secret = await page.locator('.keybox').innerText()
  expect(secret).toHaveLength(40)
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByText(secret)).toBeHidden()
  const asKey = () =>
    context.request.get(`${server.url}/api/v1/projects`, { headers: { authorization: `Bearer ${secret}` } })
  expect((await asKey()).status()).toBe(200)
  await page.getByRole('button', { name: 'Revoke gpu-box-3' }).click()
  await page.getByRole('button', { name: 'Revoke key' }).click()
  await expect(page.getByText('Revoked gpu-box-3')).toBeVisible()
  await expect(page.getByRole('cell', { name: 'gpu-box-3', exact: true })).toBeHidden()
  expect((await asKey()).status()).toBe(401)
})

test('over plain http, where the browser has no clipboard for pages, a key is copied from its dialog', async () => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))
  })
  await open('settings')
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name').fill('gpu-box-4')
  await page.getByRole('button', { name: 'Create key' }).click()
  const secret = await page.locator('.keybox').innerText()
  await page.getByRole('button', { name: 'Copy key' }).click()
  const copied = page.getByRole('button', { name: 'Copied' })
  await expect(copied).toBeFocused()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
})

for (const [size, options] of [
  ['1440 px', { viewport: { width: 1440, height: 900 } }],
  ['390 px', phone],
] as const) {
  test(`no text is cut or lies on other text at ${size}`, async ({ browser }) => {
    const sized = await browser.newContext({ storageState: state, ...options })
    const other = await sized.newPage()
    for (const [path, heading] of [
      ['', 'Projects'],
      ['settings', 'API keys'],
    ]) {
      await other.goto(`${server.url}/${path}`)
      await expect(other.getByRole('heading', { name: heading! })).toBeVisible()
      await other.evaluate(() => document.fonts.ready)
      expect(await layoutFaults(other)).toEqual({ overflowPx: 0, cut: [], overlapping: [] })
    }
    await sized.close()
  })
}

test('a project, a person and a run that are not there each say so on one page', async () => {
  await watch(page, /status of 404/)
  await open(`${entity}/no-such-project`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    `There is no project ${entity}/no-such-project that you can see`,
  )
  await open('nobody-of-this-name')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing of nobody-of-this-name can be shown')
  await open(`${entity}/digits/runs/no-such-run`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no run no-such-run that you can see')
})

test('a deleted run keeps its name and offers to be restored', async () => {
  await watch(page, /status of 404/)
  await ask(context, server, 'PUT', `projects/${entity}/digits/runs/gone`, { writer: 'w1', name: 'dusty-orchard-389' })
  await ask(context, server, 'POST', `projects/${entity}/digits/runs/delete`, { ids: ['gone'] })
  await open(`${entity}/digits/runs/gone`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('dusty-orchard-389 was deleted')
  await page.getByRole('button', { name: 'Restore run' }).click()
  await expect(page.getByText('Restored dusty-orchard-389')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Restore run' })).toBeHidden()
  const { name } = await ask<{ name: string }>(context, server, 'GET', `projects/${entity}/digits/runs/gone`)
  expect(name).toBe('dusty-orchard-389')
})
