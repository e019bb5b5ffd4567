/** Artifacts that scripts log with the SDK, on their pages: the list, a version with its files, its comparison, its run. */

import { readFileSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContextOptions, expect, type Page, test } from '@playwright/test'
import { phone, type Place, runScript, type Server, startPlace, type State, writeMedia } from './server'
import { watch } from './watch'

test.describe.configure({ timeout: 180_000 })
const WAIT = { timeout: 30_000 }
let place: Place
let server: Server
let state: State
let entity: string

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000)
  place = await startPlace(browser)
  ;({ server, state, entity } = place)
  await writeMedia(server, place.key, 'cells', 'artifacts')
  // Files of runs take space too.
  await runScript(
    server,
    place.key,
    "import assay; run = assay.init(project='cells'); open('notes.txt', 'w').write('x' * 9000); run.save('notes.txt'); run.finish()",
  )
})
test.afterAll(async () => {
  await server?.clear()
})

async function open(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ storageState: state, reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  await watch(page)
  await page.goto(`${server.url}/${entity}/${address}`)
  return page
}

const TILES = 'cells/artifacts/dataset/mitosis-tiles/v2'

test('from the list of artifacts to a version, its files and back', async ({ browser }) => {
  const page = await open(browser, 'cells/artifacts')
  await expect(page.getByRole('region', { name: 'dataset' }).getByRole('link', { name: 'mitosis-tiles' })).toBeVisible(
    WAIT,
  )
  await expect(page.getByRole('region', { name: 'model' })).toContainText('production')
  await page.getByLabel('Find artifacts by name').fill('tiles')
  await expect(page.getByRole('link', { name: 'plates-raw' })).toHaveCount(0)
  await page.getByRole('link', { name: 'mitosis-tiles' }).click()
  await expect(page).toHaveURL(/artifacts\/dataset\/mitosis-tiles\/v2$/)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('mitosis-tiles:v2')
  await page.getByRole('link', { name: /^Files/ }).click()
  await page.getByRole('button', { name: /^train/ }).click()
  const added = page.getByRole('button', { name: /new_2\.png/ })
  await expect(added).toContainText('new')
  await expect(page.getByRole('button', { name: /tile_000\.png/ })).not.toContainText('new')
  await added.click()
  const picture = page.getByRole('region', { name: 'train/new_2.png' }).getByRole('img')
  await expect.poll(() => picture.evaluate(img => (img as HTMLImageElement).naturalWidth), WAIT).toBe(256)
  await page.reload()
  await expect(picture).toBeVisible(WAIT)
  await page.getByRole('link', { name: /^Usage/ }).click()
  await expect(page.getByRole('region', { name: 'Used by' }).getByRole('link')).toHaveCount(3)
  await page.getByRole('region', { name: 'Used by' }).getByRole('link', { name: 'calm-basin-352' }).click()
  // The run's page says the same from its side.
  await expect(page.getByRole('region', { name: 'Artifacts' })).toContainText('1 in, 1 out', WAIT)
  await page.getByRole('link', { name: 'Artifacts', exact: true }).last().click()
  await expect(page.getByRole('region', { name: 'Outputs' }).getByRole('link')).toHaveText('ckpt-352:v0')
  await page.context().close()
})

test('two versions are compared, and a version is walked to by the list', async ({ browser }) => {
  const page = await open(browser, `${TILES}?tab=compare`)
  const table = page.getByRole('region', { name: 'Differences' })
  await expect(table.getByRole('cell', { name: 'train/new_2.png' })).toBeVisible(WAIT)
  await expect(table.getByRole('cell', { name: 'split.seed' })).toBeVisible()
  await page.getByLabel('Compare with').selectOption('v0')
  await expect(table.getByRole('cell', { name: 'train/new_1.png' })).toBeVisible(WAIT)
  await page.getByRole('link', { name: /^v0/ }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('mitosis-tiles:v0')
  await page.context().close()
})

test('aliases are given and taken back in place', async ({ browser }) => {
  const page = await open(browser, `${TILES}?tab=metadata`)
  const details = page.getByRole('complementary', { name: 'Details' })
  await details.getByRole('button', { name: 'Add alias' }).click(WAIT)
  await page.keyboard.type('paper')
  await page.keyboard.press('Enter')
  await expect(details.getByText('paper')).toBeVisible(WAIT)
  await details.getByRole('button', { name: 'Remove paper' }).click()
  await expect(details.getByText('paper')).toHaveCount(0, WAIT)
  await page.getByRole('link', { name: /^History/ }).click()
  await expect(page.getByRole('region', { name: 'Moves of aliases' })).toContainText('paper', WAIT)
  await page.context().close()
})

test('a version is downloaded as a zip file', async ({ browser }) => {
  const page = await open(browser, TILES)
  await page.getByRole('button', { name: 'Download' }).click(WAIT)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /As a zip file/ }).click(),
  ])
  expect(download.suggestedFilename()).toBe('mitosis-tiles-v2.zip')
  expect(
    readFileSync(await download.path())
      .subarray(0, 2)
      .toString(),
  ).toBe('PK')
  await page.context().close()
})

test('what is stored is shown as areas', async ({ browser }) => {
  const page = await open(browser, 'cells/storage')
  const map = page.getByRole('group', { name: 'What takes how much' })
  await expect(map.getByRole('button').first()).toBeVisible(WAIT)
  // Projects and the files of runs first; either opens, and All leads back, also where the address was opened as it is.
  await expect(map.getByRole('button', { name: /^cells,/ })).toBeVisible()
  await map.getByRole('button', { name: /^files of runs,/ }).click()
  await expect(map.getByRole('button', { name: /^files of runs,/ })).toHaveCount(0)
  await page.reload()
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await expect(map.getByRole('button', { name: /^files of runs,/ })).toBeVisible()
  await page.getByRole('button', { name: 'Type' }).click()
  await expect(page.getByRole('region', { name: 'Largest' })).toContainText('dataset', WAIT)
  await page.context().close()
})

test('a name that is not there says so', async ({ browser }) => {
  const page = await open(browser, 'cells/artifacts/dataset/nothing/v3')
  await expect(page.getByRole('heading', { name: 'There is no nothing:v3' })).toBeVisible(WAIT)
  await page.context().close()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on the artifact pages, ${colorScheme}`, async ({ browser }) => {
    for (const [address, ready] of [
      ['cells/artifacts', 'Artifacts'],
      [`${TILES}?tab=files&folder=train`, 'mitosis-tiles:v2'],
      [`${TILES}?tab=metadata`, 'mitosis-tiles:v2'],
      ['cells/storage', `Storage of ${entity}`],
    ] as const) {
      const page = await open(browser, address, { colorScheme, bypassCSP: true })
      await expect(page.getByRole('heading', { level: 1, name: ready })).toBeVisible(WAIT)
      await expect(page.locator('[aria-busy=true]')).toHaveCount(0, WAIT)
      const { violations } = await new AxeBuilder({ page }).include('main').analyze()
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`),
        address,
      ).toEqual([])
      await page.context().close()
    }
  })
}

test('a phone shows them whole', async ({ browser }) => {
  for (const address of ['cells/artifacts', TILES, `${TILES}?tab=files`]) {
    const page = await open(browser, address, phone)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible(WAIT)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), address).toBeLessThanOrEqual(0)
    await page.context().close()
  }
})
