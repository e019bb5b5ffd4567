/** Saved views: what one person arranges and saves, another opens by its link; nobody overwrites anybody. */

import { spawn } from 'node:child_process'
import { type Browser, expect, type Locator, type Page, test } from '@playwright/test'
import {
  addMember,
  administer,
  ask,
  python,
  pythonEnvironment,
  type Server,
  signInByLink,
  startServer,
  type State,
} from './server'
import { expectNoComplaints, watch } from './watch'

let server: Server
let root: State
let mara: State

const TEAM = 'helix'
const PROJECT = `${TEAM}/study`

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000)
  server = await startServer()
  root = await signInByLink(browser, server)
  const context = await browser.newContext({ storageState: root })
  const { username } = await ask<{ username: string }>(context, server, 'GET', 'me')
  administer(server, 'team', 'add', TEAM)
  administer(server, 'team', 'member', 'add', TEAM, username, 'admin')
  mara = await addMember(browser, server, 'mara', TEAM, 'member')
  const { secret } = await ask<{ secret: string }>(context, server, 'POST', 'keys', { name: 'writer' })
  const script = new URL('writer.py', import.meta.url).pathname
  const child = spawn(python, [script, server.url, PROJECT, 'seed'], {
    env: { ...pythonEnvironment, ASSAY_API_KEY: secret },
  })
  expect(await new Promise<number | null>(resolve => child.once('exit', resolve))).toBe(0)
  await context.close()
})
/** A page that stays open goes on asking and drawing beside the next test. */
test.afterEach(async ({ browser }) => {
  await Promise.all(browser.contexts().map(context => context.close()))
})
test.afterAll(() => server.stop())

async function open(browser: Browser, state: State, address = `${server.url}/${PROJECT}`): Promise<Page> {
  const context = await browser.newContext({
    storageState: state,
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  await watch(page, /status of 40[49]/)
  await page.goto(address)
  return page
}

const panel = (page: Page, name: string): Locator =>
  page.locator('.panel-slot').getByRole('region', { name, exact: true })
const drawn = (page: Page, name: string): Promise<void> =>
  expect(panel(page, name).getByRole('img').first()).toHaveAttribute('aria-label', /run/, { timeout: 40_000 })
const view = (page: Page): Locator => page.locator('.view-name')

async function remove(page: Page, name: string): Promise<void> {
  await panel(page, name).getByRole('img').first().focus()
  await page.keyboard.press('Delete')
  await expect(panel(page, name)).toHaveCount(0)
}

async function saveAs(page: Page, name: string, isShared: boolean): Promise<void> {
  await page.keyboard.press('Control+Shift+s')
  const dialog = page.getByRole('dialog', { name: 'Save view' })
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByRole('button', { name: isShared ? 'Everybody in the project' : 'Only you' }).click()
  await dialog.getByRole('button', { name: 'Save view' }).click()
  await expect(view(page)).toContainText(name)
  await expect(view(page)).not.toContainText('edited')
}

async function choose(page: Page, item: string): Promise<void> {
  await view(page).click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

test('what one arranges and saves, another opens by its link', async ({ browser }) => {
  const page = await open(browser, root)
  await drawn(page, 'train/loss')
  await remove(page, 'epoch')
  await expect(view(page)).toContainText('edited')
  await saveAs(page, 'Boundary study', true)
  await expect(page).toHaveURL(/\?view=[^&]+$/)

  // An edit on top travels in the link and is not in the view.
  await page.getByRole('button', { name: /X axis/ }).click()
  await page.getByRole('button', { name: /Relative time/ }).click()
  await expect(view(page)).toContainText('edited')
  await page.keyboard.press('Control+Shift+l')
  await expect(page.locator('.toast').last()).toContainText('link')
  const link = await page.evaluate(() => navigator.clipboard.readText())
  const other = await open(browser, mara, link)
  await drawn(other, 'train/loss')
  await expect(panel(other, 'epoch')).toHaveCount(0)
  await expect(view(other)).toContainText('Boundary study')
  await expect(view(other)).toContainText('edited')
  await expect(other.getByRole('button', { name: /X axis/ })).toContainText('Relative time')
  await choose(other, 'Revert')
  await expect(other.getByRole('button', { name: /X axis/ })).toContainText('Step')
  await expect(view(other)).not.toContainText('edited')
  expectNoComplaints(other)

  await page.keyboard.press('Control+s')
  await expect(view(page)).not.toContainText('edited')
  await choose(page, 'History')
  const history = page.getByRole('dialog', { name: /History/ })
  await expect(history.getByRole('listitem')).toHaveCount(2)
  await history.getByRole('button', { name: 'Restore' }).last().click()
  await expect(page.getByRole('button', { name: /X axis/ })).toContainText('Step')
  await expect(view(page)).toContainText('edited')
  expectNoComplaints(page)
})

test('two who save the same view are shown each other’s, and neither is lost', async ({ browser }) => {
  const page = await open(browser, root)
  await drawn(page, 'train/loss')
  await saveAs(page, 'Both', true)
  const other = await open(browser, mara, page.url())
  await drawn(other, 'train/loss')
  await remove(page, 'epoch')
  await page.keyboard.press('Control+s')
  await expect(view(page)).not.toContainText('edited')

  await remove(other, 'train/lr')
  await other.keyboard.press('Control+s')
  const dialog = other.getByRole('dialog', { name: 'Both was saved meanwhile' })
  await expect(dialog).toContainText('Removed panels')
  await dialog.getByRole('button', { name: 'Take theirs' }).click()
  await expect(panel(other, 'epoch')).toHaveCount(0)
  await expect(panel(other, 'train/lr')).toBeVisible()
  await expect(view(other)).not.toContainText('edited')
  // Theirs came as an edit: what was here is one step back.
  await other.keyboard.press('Control+z')
  await expect(panel(other, 'train/lr')).toHaveCount(0)
})

test('a project opens with its default view; a personal one is nobody else’s', async ({ browser }) => {
  const page = await open(browser, root)
  await drawn(page, 'train/loss')
  await remove(page, 'val/loss')
  await saveAs(page, 'Standard', true)
  await choose(page, 'Make it the project’s default')
  const other = await open(browser, mara)
  await drawn(other, 'train/loss')
  await expect(view(other)).toContainText('Standard')
  await expect(panel(other, 'val/loss')).toHaveCount(0)
  await choose(other, 'Reset to default')
  await expect(panel(other, 'val/loss')).toBeVisible()
  await choose(page, 'Not the project’s default any more')
  await saveAs(page, 'Mine alone', false)
  const stranger = await open(browser, mara, page.url())
  await expect(stranger.getByText('The view in this address is not here.')).toBeVisible()
  await drawn(stranger, 'train/loss')
  // It says so above the tools, not over them.
  await stranger.getByLabel('Find runs').first().click()
  await stranger.getByRole('button', { name: 'Add panel' }).click()
  await stranger.keyboard.press('Escape')
})

test('a deleted view leaves the page as it is, and comes back', async ({ browser }) => {
  const page = await open(browser, root)
  await drawn(page, 'train/loss')
  await remove(page, 'val/loss')
  await saveAs(page, 'Short life', false)
  await choose(page, 'Delete view')
  await expect(view(page)).toContainText('Default view')
  await expect(panel(page, 'val/loss')).toHaveCount(0)
  await page.locator('.toast', { hasText: 'Deleted Short life' }).getByRole('button', { name: /Undo/ }).click()
  await expect(view(page)).toContainText('Short life')
  expectNoComplaints(page)
})

test('long state stands behind a short id, which another browser reads', async ({ browser }) => {
  const page = await open(browser, root)
  await drawn(page, 'train/loss')
  for (const title of ['train', 'val', 'Charts', 'train', 'val', 'Charts', 'train', 'val']) {
    // The copies stand above: the last of a name is the one that makes itself.
    await page
      .getByRole('button', { name: `More about section ${title}`, exact: true })
      .last()
      .click()
    await page.getByRole('menuitem', { name: 'Copy as a section of your own' }).click()
  }
  await expect(page).toHaveURL(/[?&]s=/)
  expect(page.url().length).toBeLessThan(200)
  const other = await open(browser, mara, page.url())
  await expect(other.locator('.ws-section')).toHaveCount(12, { timeout: 20_000 })
  expectNoComplaints(other)
})
