import { expect, test } from '@playwright/test'
import { ask, type Server, signInByLink, startServer } from './server'
import { expectNoComplaints, watch } from './watch'

let server: Server
test.beforeAll(async () => {
  server = await startServer()
})
test.afterAll(() => server?.clear())

/** Written by the browser itself for every request that nobody answers. */
const UNANSWERED = /ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load resource/

test('a page whose server goes away stays, says how old it is, and goes on when the server is back', async ({
  browser,
}) => {
  test.setTimeout(120_000)
  const context = await browser.newContext({ storageState: await signInByLink(browser, server) })
  const { default_entity: entity } = await ask<{ default_entity: string }>(context, server, 'GET', 'me')
  await ask(context, server, 'PUT', `projects/${entity}/digits/runs/r1`, { writer: 'w1', name: 'amber-otter-412' })
  const page = await context.newPage()
  await watch(page, UNANSWERED)
  await page.goto(server.url)
  await expect(page.getByRole('button', { name: 'Live', exact: true })).toBeVisible()

  await server.stop()
  await expect(page.getByRole('button', { name: /Not connected/ })).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText('The server does not answer.')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('link', { name: 'digits' }).first()).toBeVisible()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('otter')
  await expect(page.getByRole('dialog').getByRole('status')).toContainText('could not be searched', { timeout: 30_000 })
  await page.keyboard.press('Escape')

  server = await startServer(server)
  // The page also tries by itself, and may be first.
  const live = page.getByRole('button', { name: 'Live', exact: true })
  await page
    .getByRole('button', { name: 'Try now' })
    .click({ timeout: 5_000 })
    .catch(() => live.waitFor({ timeout: 5_000 }))
  await expect(live).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText('The server does not answer.')).toBeHidden()
  await ask(context, server, 'PUT', `projects/${entity}/after-the-break/runs/r1`, { writer: 'w1' })
  await expect(page.getByRole('link', { name: 'after-the-break' }).first()).toBeVisible()
  expectNoComplaints(page)
  await context.close()
})

test('a tab whose code is not here yet comes by itself when the server is back', async ({ browser }) => {
  test.setTimeout(120_000)
  const context = await browser.newContext({ storageState: await signInByLink(browser, server) })
  const { default_entity: entity } = await ask<{ default_entity: string }>(context, server, 'GET', 'me')
  await ask(context, server, 'PUT', `projects/${entity}/digits/runs/r1`, { writer: 'w1', name: 'amber-otter-412' })
  const page = await context.newPage()
  await page.goto(`${server.url}/${entity}/digits/runs/r1`)
  await expect(page.getByRole('heading', { name: 'Summary' })).toBeVisible()

  await server.stop()
  await page.getByRole('link', { name: /^System/ }).click()
  await expect(page.getByRole('heading', { name: 'Part of the application could not be loaded' })).toBeVisible()
  await expect(page.getByText(/The server does not answer. The page loads again by itself/)).toBeVisible()
  // The button does not throw away the page while there is no other.
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { name: 'Part of the application could not be loaded' })).toBeVisible()

  server = await startServer(server)
  await expect(page.getByRole('link', { name: /^System/ })).toHaveAttribute('aria-current', /.+/, { timeout: 30_000 })
  await expect(page.getByRole('heading', { name: 'Part of the application could not be loaded' })).toBeHidden()
  await context.close()
})
