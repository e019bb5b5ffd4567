/** A team's bucket on the settings page: tried, used, checked, other keys, left. Needs a store: `python tools/stores.py` installs it. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { expectAxeFindsNothing } from './axe'
import {
  hasStore,
  phone,
  python,
  pythonEnvironment,
  type Server,
  signInByLink,
  startServer,
  type State,
} from './server'
import { expectNoComplaints, watch } from './watch'

test.describe.configure({ timeout: 180_000 })
test.skip(!hasStore, 'No object store found: python tools/stores.py installs it')
const WAIT = { timeout: 30_000 }
let server: Server
let state: State
let store: ChildProcess
let at: { endpoint: string; bucket: string; id: string; secret: string }

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000)
  server = await startServer()
  const team = (...words: string[]): Buffer =>
    execFileSync(python, ['-m', 'assay', 'server', 'team', ...words, '--data', server.data], { env: pythonEnvironment })
  team('add', 'red')
  state = await signInByLink(browser, server)
  const context = await browser.newContext({ storageState: state })
  const me = (await (await context.request.get(`${server.url}/api/v1/me`)).json()) as { username: string }
  await context.close()
  team('member', 'add', 'red', me.username, 'admin')
  store = spawn(python, [join(import.meta.dirname, 'bucketStore.py')], {
    env: pythonEnvironment,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said = await new Promise<string>((resolve, reject) => {
    store.stdout?.once('data', chunk => resolve(String(chunk)))
    store.once('exit', code => reject(new Error(`The store ended with ${code}`)))
  })
  at = JSON.parse(said) as typeof at
})
test.afterAll(async () => {
  store?.stdin?.end()
  await server?.clear()
})

test('a bucket is tried before it is used, checked, given other keys, and left', async ({ browser }) => {
  const context = await browser.newContext({ storageState: state, reducedMotion: 'reduce' })
  const page = await context.newPage()
  // A bucket that is not taken is a refused request on purpose.
  await watch(page, /Failed to load resource/)
  await page.goto(`${server.url}/settings`)
  const section = page.getByRole('region', { name: 'Contents of red' })
  await expect(section).toContainText('in the server’s own place', WAIT)
  await section.getByRole('button', { name: 'Use a bucket' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Address').fill(`s3://${at.bucket}/red`)
  await dialog.getByLabel('Region').fill('us-east-1')
  await dialog.getByLabel('Endpoint').fill(at.endpoint)
  await dialog.getByLabel('Access key id').fill(at.id)
  await dialog.getByLabel('Secret access key').fill('not the secret')
  await dialog.getByRole('button', { name: 'Try and use it' }).click()
  // Not taken: it says why, and keeps what was typed.
  await expect(dialog.getByRole('status')).toContainText('bucket', { ...WAIT, ignoreCase: true })
  await dialog.getByLabel('Secret access key').fill(at.secret)
  await dialog.getByRole('button', { name: 'Try and use it' }).click()
  await expect(dialog).toHaveCount(0, WAIT)
  await expect(section).toContainText('in a bucket of its own', WAIT)
  await expect(section).toContainText(`s3://${at.bucket}/red`)
  expect(await page.content()).not.toContain(at.secret)

  await section.getByRole('button', { name: 'Check' }).click()
  await expect(dialog.getByRole('list', { name: 'What was tried' }).getByRole('listitem')).toHaveCount(5, WAIT)
  const { violations } = await new AxeBuilder({ page }).include('.dialog').analyze()
  expect(violations.map(({ id }) => id)).toEqual([])
  await dialog.getByRole('button', { name: 'Done' }).click()
  await section.getByRole('button', { name: 'Change keys' }).click()
  await dialog.getByLabel('Access key id').fill(at.id)
  await dialog.getByLabel('Secret access key').fill(at.secret)
  await dialog.getByRole('button', { name: 'Try and use them' }).click()
  await expect(page.getByText('has other keys')).toBeVisible(WAIT)
  await section.getByRole('button', { name: 'Leave' }).click()
  await dialog.getByRole('button', { name: 'Leave the bucket' }).click()
  await expect(section).toContainText('in the server’s own place', WAIT)
  await expect(section).toContainText('still read from')
  expectNoComplaints(page)
  await context.close()
})

test('axe finds nothing in the settings with a bucket, and a phone shows them whole', async ({ browser }) => {
  const context = await browser.newContext({ storageState: state, bypassCSP: true, ...phone })
  const page = await context.newPage()
  await page.goto(`${server.url}/settings`)
  await expect(page.getByRole('region', { name: 'Contents of red' })).toContainText('still read from', WAIT)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  await expectAxeFindsNothing(page, 'settings with a bucket', ['main'])
  await context.close()
})
