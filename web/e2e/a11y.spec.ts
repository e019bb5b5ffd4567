import { expect, test } from '@playwright/test'
import { expectAxeFindsNothing } from './axe'
import { ask, phone, type Server, signInByLink, startServer, type State } from './server'

let server: Server
let empty: Server
let state: State
let emptyState: State
let entity: string
test.beforeAll(async ({ browser }) => {
  ;[server, empty] = await Promise.all([startServer(), startServer()])
  state = await signInByLink(browser, server)
  emptyState = await signInByLink(browser, empty)
  const context = await browser.newContext({ storageState: state })
  ;({ default_entity: entity } = await ask<{ default_entity: string }>(context, server, 'GET', 'me'))
  await ask(context, server, 'PUT', `projects/${entity}/digits/runs/r1`, { writer: 'w1', name: 'amber-otter-412' })
  await ask(context, server, 'POST', 'keys', { name: 'laptop' })
  await context.close()
})
test.afterAll(async () => {
  await Promise.all([server?.clear(), empty?.clear()])
})

const pages: [name: string, open: () => { url: string; state?: State }, ready: string | RegExp, keys?: string][] = [
  ['sign-in', () => ({ url: server.url }), 'Sign in to Assay'],
  ['first visit', () => ({ url: empty.url, state: emptyState }), 'Run five lines'],
  ['home', () => ({ url: server.url, state }), 'Projects'],
  ['entity', () => ({ url: `${server.url}/${entity}`, state }), 'Projects'],
  ['workspace', () => ({ url: `${server.url}/${entity}/digits`, state }), /digits$/],
  ['run', () => ({ url: `${server.url}/${entity}/digits/runs/r1`, state }), /^amber-otter-412/],
  ['settings', () => ({ url: `${server.url}/settings`, state }), 'API keys'],
  ['no such page', () => ({ url: `${server.url}/a/b/c/d`, state }), 'There is no page at this address'],
  ['palette', () => ({ url: server.url, state }), 'Projects', 'Control+k'],
  ['shortcuts', () => ({ url: server.url, state }), 'Projects', '?'],
]

for (const [name, open, ready, keys] of pages) {
  test(`${name}: axe finds nothing`, async ({ browser }) => {
    const { url, state: signedIn } = open()
    const context = await browser.newContext({
      reducedMotion: 'reduce',
      viewport: { width: 1440, height: 900 },
      bypassCSP: true,
      ...(signedIn ? { storageState: signedIn } : {}),
    })
    const page = await context.newPage()
    await page.goto(url)
    await expect(page.getByRole('heading', { name: ready, exact: true })).toBeVisible()
    if (keys) {
      await page.keyboard.press(keys)
      await expect(page.getByRole('dialog')).toBeVisible()
    }
    await expectAxeFindsNothing(page, name)
    await context.close()
  })
}

test('on a phone every target is at least 44 px in one direction and 24 in the other', async ({ browser }) => {
  const context = await browser.newContext({ storageState: state, ...phone })
  const page = await context.newPage()
  for (const path of ['', 'settings']) {
    await page.goto(`${server.url}/${path}`)
    await expect(page.getByRole('heading', { name: path === '' ? 'Projects' : 'API keys' })).toBeVisible()
    const small = await page.locator('button:visible, a:visible').evaluateAll(targets =>
      targets
        .map(target => ({
          name: target.textContent || target.getAttribute('aria-label'),
          box: target.getBoundingClientRect(),
        }))
        .filter(
          ({ box }) => box.width > 1 && (Math.max(box.width, box.height) < 44 || Math.min(box.width, box.height) < 24),
        )
        .map(({ name, box }) => `${name}: ${Math.round(box.width)} × ${Math.round(box.height)}`),
    )
    expect(small.filter(name => !name.startsWith('Skip to the page'))).toEqual([])
  }
  await context.close()
})
