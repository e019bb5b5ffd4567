/** The run page against a real server and a real training process that prints, logs, keeps files and can be stopped. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  expect,
  type Page,
  test,
} from '@playwright/test'
import { expectAxeFindsNothing } from './axe'
import { phone, python, pythonEnvironment, type Server, startPlace, type State } from './server'
import { expectNoComplaints, watch } from './watch'

const LINES = 400

let server: Server
let state: State
let key: string
let entity: string
let folder: string
let live: ChildProcess
let liveSaid = ''

/** Starts the trainer; resolves once it has printed everything but its bar. */
async function train(name: string): Promise<ChildProcess> {
  const child = spawn(python, ['train.py', name, String(LINES)], {
    cwd: folder,
    env: { ...pythonEnvironment, ASSAY_BASE_URL: server.url, ASSAY_API_KEY: key, HOME: folder },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  const ready = new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('ready')) resolve()
    })
    child.once('exit', code => reject(new Error(`The trainer ended with ${code}: ${said.slice(-2000)}`)))
  })
  if (name === 'live') child.stdout?.on('data', (chunk: Buffer) => (liveSaid += chunk.toString()))
  await ready
  return child
}

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000)
  ;({ server, state, entity, key } = await startPlace(browser))
  folder = mkdtempSync(join(tmpdir(), 'assay-e2e-train-'))
  copyFileSync(new URL('trainer.py', import.meta.url).pathname, join(folder, 'train.py'))
  const git = (...words: string[]) =>
    spawnSync('git', ['-c', 'user.name=e2e', '-c', 'user.email=e2e@example.org', ...words], { cwd: folder })
  git('init', '-q')
  git('add', 'train.py')
  git('commit', '-qm', 'Train')
  const first = await train('base')
  first.stdin?.end('end\n')
  await new Promise(resolve => first.once('exit', resolve))
  spawnSync('sh', ['-c', 'echo "# changed" >> train.py'], { cwd: folder })
  live = await train('live')
})
test.afterAll(async () => {
  // Told to end: of one that is killed the sender stays, and calls a server that is gone.
  if (live?.exitCode === null && live.signalCode === null) {
    const gone = new Promise(resolve => live.once('exit', resolve))
    live.stdin?.end('end\n')
    await gone
  }
  await server?.clear()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

const opened: BrowserContext[] = []
// A page that stays open goes on asking the server beside the next test.
test.afterEach(async () => {
  for (const context of opened.splice(0)) await context.close()
})

async function open(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 }, ...options })
  opened.push(context)
  const page = await context.newPage()
  await watch(page, /status of 4(?:22|04)/)
  await page.goto(`${server.url}/${entity}/pages/runs/${address}`)
  return page
}

const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const tab = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Parts of the run' }).getByRole('link', { name })

test('the overview says what came out, what went in and where it runs, against another run', async ({ browser }) => {
  const page = await open(browser, 'live?base=base')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('live')
  await expect(part(page, 'Summary')).toContainText('val/acc')
  await expect(part(page, 'Config').locator('.diff', { hasText: 'lr' })).toContainText('3e-4')
  await expect(part(page, 'Config').locator('.diff del')).toHaveText('0.001')
  await part(page, 'Config')
    .getByRole('button', { name: /^Changed/ })
    .click()
  await expect(part(page, 'Config').getByRole('treeitem')).toHaveCount(1)
  await expect(part(page, 'Environment')).toContainText('uncommitted')
  await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '100')
  await expect(part(page, 'Log')).toContainText('cannot read plate_07')
  expectNoComplaints(page)
})

test('the log is followed live, with the bar as it stands', async ({ browser }) => {
  const page = await open(browser, 'live?tab=logs')
  await expect(page.locator('.vl .ln.error')).toContainText('cannot read plate_07')
  const bar = page.locator('.vl .ln.bar')
  await expect(bar).toContainText('epoch 24')
  const before = await bar.textContent()
  await expect(bar).not.toHaveText(before ?? '')
  await expect(page.locator('.vl .a-cyan').first()).toBeVisible()
  expectNoComplaints(page)
})

test('a search is answered by the server, walks its matches, and is a link', async ({ browser }) => {
  const page = await open(browser, 'live?tab=logs')
  const field = page.getByRole('textbox', { name: 'Search the log' })
  await field.fill('waited (7|57) ms')
  await expect(page.locator('.mcount')).toContainText('1 of 2')
  await expect(page.locator('.vl mark')).toHaveText('waited 7 ms')
  await field.press('Enter')
  await expect(page.locator('.mcount')).toContainText('2 of 2')
  await expect(page.locator('.vl .ln.cur')).toContainText('waited 57 ms')
  const address = page.url()
  expect(address).toMatch(/line=\d+/)
  await field.fill('waited (')
  await expect(page.locator('#log-fault')).toContainText('missing )')
  await expect(page.locator('.vl .ln').first()).toBeVisible()
  await page.goto(address)
  await expect(page.locator('.vl .ln.cur')).toContainText('waited 57 ms')
  expectNoComplaints(page)
})

test('levels narrow the lines, and a click on a line is in the address', async ({ browser }) => {
  const page = await open(browser, 'live?tab=logs')
  await page
    .getByRole('group', { name: 'Level' })
    .getByRole('button', { name: /Warnings/ })
    .click()
  await expect(page.locator('.vfoot')).toContainText(`${LINES / 50} shown`)
  await page.locator('.vl .ln', { hasText: 'waited 107 ms' }).click()
  await expect(page).toHaveURL(/line=\d+/)
  await expect(page.getByRole('heading', { name: /^At line/ })).toBeVisible()
  // The step at the line, which was printed long before the run's newest one.
  const step = page.locator('.near dt:text-is("Step") + dd')
  await expect(step).toHaveText(/^\d+$/)
  expect(Number(await step.textContent())).toBeLessThan(300)
  await page
    .getByRole('group', { name: 'Level' })
    .getByRole('button', { name: /Errors/ })
    .click()
  await expect(page.locator('.vl .ln.error')).toHaveCount(1)
  await page.getByRole('textbox', { name: 'Search the log' }).fill('nothing says this')
  await page.getByText('Matches only').click()
  await expect(page.locator('.vfoot')).toContainText('Lines 0 of')
  expectNoComplaints(page)
})

test('lines stay, and the place among them, while the log cannot be read', async ({ browser }) => {
  const page = await open(browser, 'live?tab=logs&line=60')
  const line = page.locator('.vl .ln.cur')
  await expect(line).toBeVisible()
  const lines = '**/console?*'
  await page.route(lines, route => route.abort())
  const banner = page.getByRole('status').filter({ hasText: 'The log cannot be read at the moment' })
  await expect(banner).toBeVisible()
  await expect(line).toBeVisible()
  await page.unroute(lines)
  await expect(banner).toBeHidden()
  await expect(line).toBeVisible()
})

test('what is written in place gives the keyboard back to where it began', async ({ browser }) => {
  const page = await open(browser, 'base')
  const [pencil, plus] = ['Rename', 'Add tag'].map(name => page.getByRole('button', { name, exact: true }))
  await expect(pencil!).toBeVisible()
  await page.keyboard.press('F2')
  await expect(page.getByRole('textbox', { name: 'Name of the run' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(pencil!).toBeFocused()
  await plus!.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: 'New tag' }).fill('by-keyboard')
  await page.keyboard.press('Enter')
  await expect(plus!).toBeFocused()
  await expect(page.locator('.rmeta .tag', { hasText: 'by-keyboard' })).toBeVisible()
  await page.keyboard.press('Shift+Tab')
  await expect(page.getByRole('button', { name: 'Remove the tag by-keyboard' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('.rmeta .tag', { hasText: 'by-keyboard' })).toHaveCount(0)
  await expect(plus!).toBeFocused()
  const notes = page.getByRole('button', { name: 'Edit the notes' })
  await notes.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: 'Notes' }).press('Escape')
  await expect(notes).toBeFocused()
  const more = page.getByRole('button', { name: 'More', exact: true })
  await more.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Copy to project' }).press('Enter')
  await expect(page.getByRole('dialog').getByLabel('Project')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(more).toBeFocused()
  expectNoComplaints(page)
})

test('readings of the machine that could not be read are not called fine, and are read again', async ({ browser }) => {
  const page = await open(browser, 'base?tab=system')
  await page.route('**/columns?*section=system*', route => route.fulfill({ status: 500 }))
  await page.reload()
  const failed = page.getByText('The readings could not be read')
  await expect(failed).toBeVisible()
  await expect(page.getByText('Nothing stands out')).toHaveCount(0)
  await tab(page, 'Overview').click()
  await expect(part(page, 'System').getByText('The readings could not be read')).toBeVisible()
  await page.unroute('**/columns?*section=system*')
  await part(page, 'System').getByRole('button', { name: 'Try again' }).click()
  await expect(failed).toHaveCount(0)
})

test('files have previews, and none of them is run', async ({ browser }) => {
  const page = await open(browser, 'live?tab=files&file=out/page.html')
  await expect(page.locator('.cm')).toContainText('<script>')
  await expect(page).not.toHaveTitle('taken over')
  await page.getByRole('treeitem', { name: /model.safetensors/ }).click()
  await expect(page.getByRole('cell', { name: '4 × 3' })).toBeVisible()
  await page.getByRole('treeitem', { name: /table.csv/ }).click()
  await expect(page.getByRole('cell', { name: '0.25' })).toBeVisible()
  const saved = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Zip' }).click()
  expect((await saved).suggestedFilename()).toBe('live.zip')
  expectNoComplaints(page)
})

test('code is shown by line, as a patch on its commit, and against another run', async ({ browser }) => {
  const page = await open(browser, 'live?tab=code&file=code/train.py&at=3')
  await expect(page.locator('.cm-at')).toHaveCount(1)
  await page.getByRole('button', { name: 'Patch' }).click()
  await expect(page.locator('.hunk .added .code')).toContainText('# changed')
  await page.getByRole('button', { name: 'Side by side' }).click()
  await expect(page.locator('.hunk.side td.added')).toContainText('# changed')
  await page.goto(`${server.url}/${entity}/pages/runs/live?tab=code&show=diff&against=base`)
  await expect(page.getByRole('treeitem', { name: /train.py/ })).toBeVisible()
  await expect(page.locator('.cm.merge')).toContainText('# changed')
  expectNoComplaints(page)
})

test('a run is renamed with F2, and the change is taken back', async ({ browser }) => {
  const page = await open(browser, 'base')
  const heading = page.getByRole('heading', { level: 1 })
  await expect(heading).toContainText('base')
  await page.keyboard.press('F2')
  await page.getByRole('textbox', { name: 'Name of the run' }).fill('plain-harbor')
  await page.keyboard.press('Enter')
  await expect(heading).toContainText('plain-harbor')
  await page.getByRole('button', { name: /^Undo/ }).click()
  await expect(heading).not.toContainText('plain-harbor')
  expectNoComplaints(page)
})

for (const name of ['overview', 'system', 'logs', 'files', 'code', 'charts']) {
  test(`axe finds nothing on ${name}`, async ({ browser }) => {
    const page = await open(browser, name === 'overview' ? 'base' : `base?tab=${name}`, {
      reducedMotion: 'reduce',
      bypassCSP: true,
    })
    await expect(tab(page, name[0]?.toUpperCase() + name.slice(1))).toHaveAttribute('aria-current', 'page')
    await page.waitForLoadState('networkidle')
    await expectAxeFindsNothing(page, name)
  })
}

test('on a phone the parts stand below each other, and nothing is wider than the screen', async ({ browser }) => {
  const page = await open(browser, 'live', phone)
  await expect(part(page, 'Log')).toBeVisible()
  const tops = await Promise.all(
    ['Summary', 'System', 'Log', 'Config', 'Environment'].map(
      async name => (await part(page, name).boundingBox())?.y ?? 0,
    ),
  )
  expect(tops).toEqual(tops.toSorted((a, b) => a - b))
  const wide = await page.evaluate(() => document.querySelector('.run-page')!.scrollWidth - innerWidth)
  expect(wide).toBeLessThanOrEqual(0)
  // The tabs scroll sideways, to the one that is open.
  const last = await open(browser, 'live?tab=artifacts', phone)
  await expect(tab(last, 'Artifacts')).toBeInViewport({ ratio: 0.9 })
})

test('a stop can be taken back for five seconds; then the script is interrupted', async ({ browser }) => {
  test.setTimeout(120_000)
  const page = await open(browser, 'live')
  await page.getByRole('button', { name: 'Stop run' }).click()
  await expect(page.locator('.statebadge')).toContainText('Stopping')
  await page.getByRole('button', { name: /^Undo/ }).click()
  await expect(page.locator('.statebadge')).toContainText('Running')
  await page.getByRole('button', { name: 'Stop run' }).click()
  await expect(page.locator('.statebadge')).toContainText(/Stopped|Failed/, { timeout: 60_000 })
  await expect.poll(() => liveSaid).toContain('interrupted')
  expectNoComplaints(page)
})
