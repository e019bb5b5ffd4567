import { expect, test } from '@playwright/test'
import { ask, phone, runScript, type Server, signInByLink, startServer, type State } from './server'
import { expectNoComplaints, watch } from './watch'

let server: Server
let state: State
/** What a person copies from the first page. */
let script: string
let key: string
test.beforeAll(async ({ browser }) => {
  server = await startServer()
  state = await signInByLink(browser, server)
})
test.afterAll(() => server?.clear())
test.describe.configure({ mode: 'serial' })

test('an empty server shows three steps, exactly five lines, and a key once', async ({ browser }) => {
  const context = await browser.newContext({ storageState: state, permissions: ['clipboard-read', 'clipboard-write'] })
  const page = await context.newPage()
  await watch(page)
  await page.goto(server.url)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your server is ready. Log a first run.')
  await expect(page.getByText(`assay login ${server.url}`)).toBeVisible()

  await page.locator('.bx.script').getByRole('button', { name: 'Copy' }).click()
  script = await page.evaluate(() => navigator.clipboard.readText())
  expect(script.trimEnd().split('\n')).toHaveLength(5)
  const shown = await page.locator('.bx.script .codebox').evaluate(element => (element as HTMLElement).innerText)
  expect(shown.trim()).toBe(script.trim())

  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByRole('button', { name: 'Copy key' }).click()
  key = await page.evaluate(() => navigator.clipboard.readText())
  expect(key).toHaveLength(40)
  const answer = await page.request.get(`${server.url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } })
  expect(answer.status()).toBe(200)
  await page.reload()
  await expect(page.getByRole('button', { name: 'Create key' })).toBeVisible()
  await expect(page.getByText(key)).toBeHidden()
  expectNoComplaints(page)
  await context.close()
})

test('the waiting page opens the first run by itself, when the copied lines run with the copied key', async ({
  browser,
}) => {
  const context = await browser.newContext({ storageState: state })
  const page = await context.newPage()
  await watch(page)
  await page.goto(server.url)
  await expect(page.getByText('Waiting for your first run…')).toBeVisible()
  const { default_entity: entity } = await ask<{ default_entity: string }>(context, server, 'GET', 'me')
  const running = runScript(server, key, script)
  await page.waitForURL(new RegExp(`/${entity}/first-steps/runs/[^/]+$`), { timeout: 45_000 })
  await running
  const runs = await ask<{ runs: { state: string; last_step: number }[] }>(
    context,
    server,
    'POST',
    `projects/${entity}/first-steps/runs/query`,
    {},
  )
  expect(runs.runs).toMatchObject([{ state: 'finished', last_step: 499 }])
  expectNoComplaints(page)
  await context.close()
})

test('home lists what runs and every project, finds them, and opens one', async ({ browser }) => {
  const context = await browser.newContext({ storageState: state })
  const page = await context.newPage()
  await watch(page)
  const { default_entity: entity } = await ask<{ default_entity: string }>(context, server, 'GET', 'me')
  for (const project of ['digits', 'cells'])
    await ask(context, server, 'PUT', `projects/${entity}/${project}/runs/r1`, { writer: 'w1', name: `${project}-run` })
  await page.goto(server.url)

  const running = page.getByRole('region', { name: 'Running now' })
  await expect(running.getByRole('link', { name: 'digits-run' })).toBeVisible()
  const projects = page.getByRole('region', { name: 'Projects' })
  await expect(projects.getByRole('row')).toHaveCount(4)

  await page.keyboard.press('/')
  await page.keyboard.type('cel')
  await expect(projects.getByRole('row')).toHaveCount(2)
  await expect(projects.getByText('1 of 3')).toBeVisible()
  await page.getByLabel('Find a project').fill('nothing like it')
  await expect(page.getByText('No project matches “nothing like it”')).toBeVisible()
  await page.getByRole('button', { name: 'Clear search' }).click()

  await projects.getByRole('link', { name: 'cells' }).click()
  await page.waitForURL(`**/${entity}/cells`)
  expectNoComplaints(page)
  await context.close()
})

test('home says so when it cannot read what ended badly, and reads it again', async ({ browser }) => {
  const context = await browser.newContext({ storageState: state })
  const page = await context.newPage()
  const { default_entity: entity } = await ask<{ default_entity: string }>(context, server, 'GET', 'me')
  await ask(context, server, 'PUT', `projects/${entity}/digits/runs/r1`, { writer: 'w1', name: 'digits-run' })
  await page.route('**/runs/query', route =>
    (route.request().postData() ?? '').includes('crashed') ? route.fulfill({ status: 500 }) : route.fallback(),
  )
  await page.goto(server.url)
  const card = page.getByRole('region', { name: 'Ended badly' })
  await expect(card).toContainText('The runs that ended badly could not be read')
  await page.unroute('**/runs/query')
  await card.getByRole('button', { name: 'Try again' }).click()
  await expect(card).toHaveCount(0)
  await context.close()
})

test('a long name takes the place of no other column', async ({ browser }) => {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await watch(page)
  const { default_entity: entity } = await ask<{ default_entity: string }>(context, server, 'GET', 'me')
  const name = `long ${'x'.repeat(250)}`
  await ask(context, server, 'PUT', `projects/${entity}/digits/runs/long`, { writer: 'w1', name })
  await page.goto(server.url)
  const running = page.getByRole('region', { name: 'Running now' })
  await expect(running.getByRole('link', { name })).toBeVisible()
  const scroller = running.locator('.scroll-x')
  expect(await scroller.evaluate(box => box.scrollWidth - box.clientWidth)).toBe(0)
  expectNoComplaints(page)
  await context.close()
})

test('a phone has the same in two-line rows', async ({ browser }) => {
  const context = await browser.newContext({ storageState: state, ...phone })
  const page = await context.newPage()
  await watch(page)
  const { default_entity: entity } = await ask<{ default_entity: string }>(context, server, 'GET', 'me')
  for (const project of ['first-steps', 'digits', 'cells'])
    await ask(context, server, 'PUT', `projects/${entity}/${project}/runs/on-the-phone`, { writer: 'w1' })
  await page.goto(server.url)
  const projects = page.getByRole('region', { name: 'Projects' })
  await expect(projects.getByRole('listitem')).toHaveCount(3)
  const heights = await projects
    .getByRole('link')
    .evaluateAll(links => links.map(link => link.getBoundingClientRect().height))
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(44)
  expectNoComplaints(page)
  await context.close()
})
