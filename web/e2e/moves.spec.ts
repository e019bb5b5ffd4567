/** Runs that go to another project, against a real server, back again, and by old links; what notes said before. */

import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, expect, type Locator, type Page, test } from '@playwright/test'
import { ask, type Place, runWriter, type Server, startPlace, type State } from './server'
import { expectNoComplaints, watch } from './watch'

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
  await written('archive', 'one', 'elder')
})
/** A page that stays open goes on drawing beside the next test. */
test.afterEach(async ({ browser }) => {
  await Promise.all(browser.contexts().map(context => context.close()))
})
test.afterAll(() => server.stop())

async function open(browser: Browser, path: string): Promise<Page> {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  // The browser writes down each 308 of an old address that it follows, and each refused save.
  await watch(page, /status of (308|409)/)
  await page.goto(`${server.url}/${entity}/${path}`)
  return page
}

const row = (page: Page, name: string): Locator => page.locator('.run-row[data-run]').filter({ hasText: name }).first()
const toasts = (page: Page): Locator => page.locator('.toasts')

async function idsIn(page: Page, project: string): Promise<string[]> {
  const body = { limit: 100, sort: [{ key: 'ordinal' }] }
  const path = `projects/${entity}/${project}/runs/query`
  const { runs } = await ask<{ runs: { id: string }[] }>(page.context(), server, 'POST', path, body)
  return runs.map(run => run.id)
}

test('selected runs move to a project, those that still run stay, and Undo brings them back', async ({ browser }) => {
  const page = await open(browser, 'study')
  await expect(row(page, 'mellow')).toBeVisible({ timeout: 30_000 })
  await page.locator('.run-rows').focus()
  await page.keyboard.press('Control+A')
  await expect(page.locator('.bulk')).toContainText('48 selected')
  await page.locator('.bulk').getByRole('button', { name: 'More to do' }).click()
  await page.getByRole('menuitem', { name: 'Move to project' }).click()
  const task = page.locator('.task')
  await expect(task).toContainText('3 still run and will stay')
  const project = task.getByRole('combobox', { name: 'Project' })
  await project.fill('arch')
  await expect(page.getByRole('option', { name: /archive/ })).toContainText('1 run')
  await expect(task).toContainText(`${entity}/arch will be a new project`)
  const found = await new AxeBuilder({ page }).include('.task').analyze()
  expect(found.violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([])
  await page.getByRole('option', { name: /archive/ }).click()
  await task.getByRole('button', { name: 'Move' }).click()
  await expect(toasts(page)).toContainText(`Moved 45 runs to ${entity}/archive`, { timeout: 30_000 })
  await expect(toasts(page)).toContainText('3 runs stay: It is running')
  await expect(page.locator('.runs .foot')).toContainText('3 runs')
  expect(await idsIn(page, 'archive')).toHaveLength(46)
  await toasts(page).getByRole('button', { name: /Undo/ }).click()
  await expect.poll(() => idsIn(page, 'study').then(ids => ids.length), { timeout: 30_000 }).toBe(48)
  await expect(page.locator('.runs .foot')).toContainText('48 runs')
  expect(await idsIn(page, 'archive')).toHaveLength(1)
  expectNoComplaints(page)
})

test('a copy is there beside the original, as a new run of a new project', async ({ browser }) => {
  const page = await open(browser, 'study')
  await expect(row(page, 'mellow')).toBeVisible({ timeout: 30_000 })
  // The newest still runs: it cannot be copied yet.
  await row(page, 'mellow').click({ button: 'right' })
  await expect(page.getByRole('menuitem', { name: 'Copy to project' })).toHaveAttribute('aria-disabled', 'true')
  await page.keyboard.press('Escape')
  await page.getByLabel('Find runs').fill('run6')
  const one = page.locator('.run-row[data-run="run6"]')
  await one.click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Copy to project' }).click()
  const task = page.locator('.task')
  await task.getByRole('combobox', { name: 'Project' }).fill('not a name')
  await expect(task.getByRole('button', { name: 'Copy' })).toBeDisabled()
  await expect(task).toContainText('A project is named entity/project')
  await task.getByRole('combobox', { name: 'Project' }).fill('copies')
  await task.getByRole('button', { name: 'Copy' }).click()
  await expect(toasts(page)).toContainText(/Copied \S+ to \S+\/copies/)
  await expect(one).toBeVisible()
  await toasts(page).getByRole('button', { name: 'Open' }).click()
  await expect(page).toHaveURL(new RegExp(`/${entity}/copies`))
  await expect(one).toBeVisible()
  await expect(page.locator('.runs .foot')).toContainText('1 run')
  expectNoComplaints(page)
})

test("a run's page goes with the run, and its old link leads to it", async ({ browser }) => {
  const page = await open(browser, 'study/runs/run5?tab=charts')
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Move to project' }).click()
  const dialog = page.getByRole('dialog', { name: 'Another project' })
  await dialog.getByRole('combobox', { name: 'Project' }).fill('moved')
  await dialog.getByRole('button', { name: 'Move' }).click()
  await expect(page).toHaveURL(new RegExp(`/${entity}/moved/runs/run5\\?tab=charts`))
  await expect(page.locator('.rh h1')).toBeVisible()

  const old = await open(browser, 'study/runs/run5')
  await expect(old).toHaveURL(new RegExp(`/${entity}/moved/runs/run5$`))
  await expect(toasts(old)).toContainText(`was moved to ${entity}/moved`)
  await expect(old.locator('.rh h1')).toBeVisible()
  expectNoComplaints(old)
  expectNoComplaints(page)
})

test("a run's notes keep what they said, and an earlier version comes back", async ({ browser }) => {
  const page = await open(browser, 'study/runs/run9')
  const notes = page.getByRole('region', { name: 'Notes' })
  const write = async (text: string): Promise<void> => {
    await notes.getByRole('button', { name: 'Edit the notes' }).click()
    await notes.getByRole('textbox', { name: 'Notes' }).fill(text)
    await notes.getByRole('button', { name: 'Save notes' }).click()
    await expect(notes.locator('.md')).toContainText(text)
  }
  await write('the first idea')
  await write('a better idea')
  await notes.getByRole('button', { name: 'History of the notes' }).click()
  const history = page.getByRole('dialog', { name: 'History of the notes' })
  await expect(history.locator('li')).toHaveCount(2)
  await expect(history.locator('li').first()).toContainText('now')
  await expect(history.locator('li').nth(1)).toContainText('the first idea')
  const found = await new AxeBuilder({ page }).include('.notes-history-dialog').analyze()
  expect(found.violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([])
  await history.getByRole('button', { name: 'Restore' }).click()
  await expect(notes.locator('.md')).toContainText('the first idea')
  await toasts(page).getByRole('button', { name: /Undo/ }).click()
  await expect(notes.locator('.md')).toContainText('a better idea')
  await notes.getByRole('button', { name: 'History of the notes' }).click()
  await expect(history.locator('li')).toHaveCount(4)
  expectNoComplaints(page)
})

test('notes that two people write at once are met, and neither is lost', async ({ browser }) => {
  const first = await open(browser, 'study/runs/run8')
  const second = await open(browser, 'study/runs/run8')
  const write = async (page: Page, text: string): Promise<void> => {
    const notes = page.getByRole('region', { name: 'Notes' })
    await notes.getByRole('button', { name: 'Edit the notes' }).click()
    await notes.getByRole('textbox', { name: 'Notes' }).fill(text)
  }
  await write(first, 'seen by the first')
  await write(second, 'seen by the second')
  await first.getByRole('button', { name: 'Save notes' }).click()
  await expect(first.getByRole('region', { name: 'Notes' }).locator('.md')).toContainText('seen by the first')
  await second.getByRole('button', { name: 'Save notes' }).click()
  const met = second.getByRole('group', { name: 'Notes that were saved meanwhile' })
  await expect(met.getByRole('alert')).toContainText('saved other notes')
  await expect(met.locator('.diff')).toContainText('seen by the first')
  await expect(met.locator('.diff')).toContainText('seen by the second')
  const found = await new AxeBuilder({ page: second }).include('.notes-met').analyze()
  expect(found.violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([])
  await met.getByRole('button', { name: 'Add theirs below yours' }).click()
  await second.getByRole('button', { name: 'Save yours over it' }).click()
  const kept = second.getByRole('region', { name: 'Notes' }).locator('.md')
  await expect(kept).toContainText('seen by the second')
  await expect(kept).toContainText('seen by the first')
  expectNoComplaints(first)
  expectNoComplaints(second)
})
