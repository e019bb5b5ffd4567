import { expect, test } from '@playwright/test'
import { ask, type Server, startServer } from './server'
import { expectNoComplaints, watch } from './watch'

let server: Server
test.beforeAll(async () => {
  server = await startServer()
})
test.afterAll(() => server?.clear())

const PASSWORD = 'a password that is long enough'
/** The browser reports every answer of 401 on its own; here they are what is tested. */
const REFUSALS = /status of 401/

test.describe.configure({ mode: 'serial' })

test('the printed link signs in, and leaves the address and the history at once', async ({ page, context }) => {
  await watch(page, REFUSALS)
  await page.goto(server.link)
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible()
  expect(page.url()).not.toContain('link=')
  expect(await page.evaluate(() => location.hash)).toBe('')
  expectNoComplaints(page)

  await page.getByRole('button', { name: 'Set password' }).click()
  await page.getByLabel('New password').fill(PASSWORD)
  await page.getByRole('dialog').getByRole('button', { name: 'Set password' }).click()
  await expect(page.getByText('Password set')).toBeVisible()
  await expect(page.getByText('Your account has no password yet.')).toBeHidden()

  const me = await ask<{ username: string; has_password: boolean }>(context, server, 'GET', 'me')
  expect(me.has_password).toBe(true)
  process.env.E2E_USERNAME = me.username
  expectNoComplaints(page)
})

test('the same link does not work twice, and the page says what does', async ({ page }) => {
  await watch(page, REFUSALS)
  await page.goto(server.link)
  await expect(page.getByText('This sign-in link was used already or is too old.')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Sign in to Assay' })).toBeVisible()
  expectNoComplaints(page)
})

test('a wrong password is refused in words, the right one opens the page that was asked for', async ({ page }) => {
  await watch(page, REFUSALS)
  await page.goto(`${server.url}/settings`)
  await page.getByLabel('Name').fill(process.env.E2E_USERNAME ?? '')
  await page.getByLabel('Password').fill('not this one, but long enough')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toContainText('do not belong together')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible()
  expect(new URL(page.url()).pathname).toBe('/settings')
  expectNoComplaints(page)
})

test('a mail address is set in the settings, and one that is none is told', async ({ page }) => {
  await watch(page, /status of 4(01|22)/)
  await page.goto(`${server.url}/settings`)
  await page.getByLabel('Name').fill(process.env.E2E_USERNAME ?? '')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  const section = page.getByRole('region', { name: 'Account' })
  await expect(section).toContainText('No address')
  await expect(section).toContainText('This server sends no mail')
  await section.getByRole('button', { name: 'Add address' }).click()
  const dialog = page.getByRole('dialog', { name: 'Mail address' })
  await dialog.getByLabel('Address').fill('ada at example.org')
  await page.keyboard.press('Enter')
  await expect(dialog).toContainText('name@domain')
  await dialog.getByLabel('Address').fill('ada@example.org')
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(section).toContainText('ada@example.org')
  await page.reload()
  await expect(section).toContainText('ada@example.org')
  await section.getByRole('button', { name: 'Change address' }).click()
  await dialog.getByLabel('Address').fill('')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(section).toContainText('No address')
  expectNoComplaints(page)
})

test('a session that ends asks again over the page, and the page stays', async ({ page, context }) => {
  await watch(page, REFUSALS)
  await page.goto(`${server.url}/settings`)
  await page.getByLabel('Name').fill(process.env.E2E_USERNAME ?? '')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name').fill('kept while signing in')
  await context.clearCookies()
  await page.getByRole('button', { name: 'Create key' }).click()

  const question = page.getByRole('dialog', { name: 'Sign in again' })
  await expect(question).toBeVisible()
  await question.getByLabel(/Password for/).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await expect(question).toBeHidden()
  await expect(page.getByLabel('Name')).toHaveValue('kept while signing in')
  await page.getByRole('button', { name: 'Create key' }).click()
  await expect(page.getByText('Shown once: only a hash is kept.')).toBeVisible()
  expectNoComplaints(page)
})

test('signing out ends the session on the server', async ({ page, context }) => {
  await watch(page, REFUSALS)
  await page.goto(server.url)
  await page.getByLabel('Name').fill(process.env.E2E_USERNAME ?? '')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /your menu$/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in to Assay' })).toBeVisible()
  await expect(ask(context, server, 'GET', 'me')).rejects.toThrow('401')
  expectNoComplaints(page)
})
