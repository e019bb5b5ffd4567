/** Artifacts that scripts log with the SDK, on their pages: the list, a version with its files, its comparison, its run. */

import { readFileSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, expect, type Page, test } from '@playwright/test'
import { expectAxeFindsNothing } from './axe'
import { phone, type Place, runScript, type Server, startPlace, type State, writeMedia } from './server'
import { watch } from './watch'

test.describe.configure({ timeout: 180_000 })
const WAIT = { timeout: 30_000 }
let place: Place
let server: Server
let state: State
let entity: string

/** Labels whose rows change from version to version, and models of two runs that measured different things. */
const TABLES = `
import assay

def labels(version):
    rows = [f"t{i},{'mitotic' if i % 3 == 0 or i == 7 and version else 'debris'}" for i in range(300)]
    if version == 2:
        rows = [f"{row}!,2" for row in rows]
    elif version:
        rows = [f"{row},1" for row in rows[:299]] + ["new,debris,1"]
    open("labels.csv", "w").write("\\n".join(["tile,class" + (",grade" if version else ""), *rows]) + "\\n")
    made = assay.Artifact("labels", "dataset")
    made.add_file("labels.csv")
    return made

with assay.init(project="cells", name="labeller") as run:
    for version in range(3):
        run.log_artifact(labels(version)).wait()
for version in range(2):
    with assay.init(project="cells", name=f"segment-{version}") as run:
        run.define_metric("mIoU", goal="maximize")
        run.define_metric("loss", goal="minimize")
        run.log({"mIoU": 0.75 + version / 8, "loss": 0.5 + version, "lr": 0.001})
        model = assay.Artifact("segmenter", "model", metadata={"size": 10 + 2 * version})
        open("w.bin", "wb").write(bytes([version]))
        model.add_file("w.bin")
        run.log_artifact(model).wait()
`

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000)
  place = await startPlace(browser)
  ;({ server, state, entity } = place)
  await writeMedia(server, place.key, 'cells', 'artifacts')
  await runScript(server, place.key, TABLES)
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

test('the palette finds an artifact by a part of its name', async ({ browser }) => {
  const page = await open(browser, 'cells')
  await page.locator('main h1').first().waitFor({ state: 'attached' })
  await page.keyboard.press('Control+k')
  await page.keyboard.type('segmen')
  const palette = page.getByRole('dialog', { name: 'Command palette' })
  await palette.getByRole('option', { name: /segmenter/ }).click()
  await page.waitForURL(`**/${entity}/cells/artifacts/model/segmenter/**`)
  await page.context().close()
})

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

test('the rows of a table and the numbers of two versions are compared', async ({ browser }) => {
  const page = await open(browser, 'cells/artifacts/dataset/labels/v1?tab=compare')
  await page.getByRole('button', { name: 'Rows of labels.csv' }).click(WAIT)
  const rows = page.getByRole('region', { name: 'Rows that differ' })
  // The key is found: no number, in every row of both, and no two rows have the same.
  await expect(rows.getByRole('columnheader', { name: 'tile' })).toBeVisible(WAIT)
  await expect(rows.getByRole('row', { name: /changed 8 .*t7 class debris → mitotic/ })).toBeVisible()
  await expect(rows.getByRole('row', { name: /added 300 / })).toContainText('new')
  await expect(page.getByRole('list', { name: 'Columns that differ' })).toContainText('+ grade')
  await expect(page.getByRole('button', { name: '1 removed' })).toBeVisible()
  await page.getByRole('button', { name: '1 added' }).click()
  await expect(rows).toContainText('1 of 1 rows shown', WAIT)
  await page.getByRole('button', { name: '1 added' }).click()
  // Rows told apart by a column that does not: it says which ones are the same.
  await page.getByRole('combobox', { name: 'Columns that tell rows apart' }).fill('class')
  await page.getByRole('option', { name: /class/ }).click()
  await page.getByRole('button', { name: 'Remove tile' }).click()
  await expect(page.getByText(/does not tell rows apart/)).toBeVisible(WAIT)
  await page.getByRole('button', { name: 'Find it' }).click()
  await expect(rows.getByRole('columnheader', { name: 'tile' })).toBeVisible(WAIT)
  // A long answer comes in pages.
  await page.goto(`${server.url}/${entity}/cells/artifacts/dataset/labels/v2?tab=compare&part=rows`)
  await expect(rows).toContainText('100 of 301 rows shown', WAIT)
  await rows.getByRole('button', { name: 'Show more' }).click()
  await expect(rows).toContainText('200 of 301 rows shown', WAIT)

  await page.goto(`${server.url}/${entity}/cells/artifacts/model/segmenter/v1?tab=compare`)
  await page.getByRole('button', { name: 'Metrics' }).click(WAIT)
  const numbers = page.getByRole('region', { name: 'Numbers that differ' })
  await expect(numbers.getByRole('row', { name: /mIoU run 0\.7500 0\.8750 \+0\.1250 better/ })).toBeVisible(WAIT)
  await expect(numbers.getByRole('row', { name: /loss run .* worse/ })).toBeVisible()
  await expect(numbers.getByRole('row', { name: /size metadata 10 12 \+2/ })).toBeVisible()
  await expect(numbers.getByRole('row', { name: /lr/ })).toHaveCount(0)
  await page.getByRole('switch', { name: 'Also those that are the same' }).click()
  await expect(numbers.getByRole('row', { name: /lr run/ })).toBeVisible()
  await numbers.getByRole('link', { name: 'segment-1' }).click()
  await expect(page).toHaveURL(/\/runs\//)
  await page.context().close()
})

test('aliases are given and taken back in place', async ({ browser }) => {
  const page = await open(browser, `${TILES}?tab=metadata`)
  const details = page.getByRole('complementary', { name: 'Details' })
  await details.getByRole('button', { name: 'Add alias' }).click(WAIT)
  const field = details.getByRole('textbox', { name: 'New alias' })
  // A name that the server refuses stays, to be mended.
  await field.fill('v7')
  await page.keyboard.press('Enter')
  await expect(page.locator('.toast')).toBeVisible(WAIT)
  await expect(field).toHaveValue('v7')
  await field.fill('paper')
  await page.keyboard.press('Enter')
  await expect(details.getByText('paper')).toBeVisible(WAIT)
  await expect(details.getByRole('button', { name: 'Add alias' })).toBeFocused()
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
  // What has no parts looks like no button.
  await expect(map.locator('.tile').first()).toBeVisible()
  await expect(map.getByRole('button')).toHaveCount(0)
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

test('lists of artifacts and versions that could not be read say so, and are read again', async ({ browser }) => {
  const page = await open(browser, 'cells')
  const lists = /\/artifacts(\/labels\/versions)?\?/
  await page.route(lists, route => route.fulfill({ status: 500 }))
  await page.goto(`${server.url}/${entity}/cells/artifacts`)
  await expect(page.getByRole('heading', { name: 'Artifacts could not be listed' })).toBeVisible(WAIT)
  await expect(page.getByRole('columnheader')).toHaveCount(0)
  await page.unroute(lists)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('link', { name: 'labels' })).toBeVisible(WAIT)
  await page.route(lists, route => route.fulfill({ status: 500 }))
  await page.goto(`${server.url}/${entity}/cells/artifacts/dataset/labels/v1`)
  const side = page.getByRole('complementary', { name: 'Artifacts' })
  await expect(side.getByText('Artifacts could not be listed.')).toBeVisible(WAIT)
  await expect(side.getByText('Versions could not be listed.')).toBeVisible(WAIT)
  await expect(side).not.toContainText('stored')
  await page.unroute(lists)
  await side.getByRole('button', { name: 'Try again' }).last().click()
  await expect(side.getByText('v0', { exact: true })).toBeVisible(WAIT)
  await side.getByRole('button', { name: 'Try again' }).click()
  await expect(side.getByRole('link', { name: /^labels/ })).toBeVisible(WAIT)
  await page.context().close()
})

test('axe finds nothing on the artifact pages', async ({ browser }) => {
  for (const [address, ready] of [
    ['cells/artifacts', 'Artifacts'],
    [`${TILES}?tab=files&folder=train`, 'mitosis-tiles:v2'],
    [`${TILES}?tab=metadata`, 'mitosis-tiles:v2'],
    ['cells/artifacts/dataset/labels/v1?tab=compare&part=rows', 'labels:v1'],
    ['cells/artifacts/model/segmenter/v1?tab=compare&part=metrics', 'segmenter:v1'],
    ['cells/storage', `Storage of ${entity}`],
  ] as const) {
    const page = await open(browser, address, { bypassCSP: true })
    await expect(page.getByRole('heading', { level: 1, name: ready })).toBeVisible(WAIT)
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0, WAIT)
    await expectAxeFindsNothing(page, address, ['main'])
    await page.context().close()
  }
})

test('a phone shows them whole', async ({ browser }) => {
  for (const address of [
    'cells/artifacts',
    TILES,
    `${TILES}?tab=files`,
    'cells/artifacts/dataset/labels/v1?tab=compare&part=rows',
    'cells/artifacts/model/segmenter/v1?tab=compare&part=metrics',
  ]) {
    const page = await open(browser, address, phone)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible(WAIT)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), address).toBeLessThanOrEqual(0)
    await page.context().close()
  }
})

test('on a phone a run’s artifacts stand between its log and its config', async ({ browser }) => {
  const page = await open(browser, TILES, phone)
  await page.locator('.art-det dd').getByRole('link').first().click()
  const tops: number[] = []
  for (const name of ['Summary', 'Log', 'Artifacts', 'Config']) {
    const part = page.getByRole('region', { name, exact: true })
    await expect(part).toBeVisible(WAIT)
    tops.push((await part.boundingBox())!.y)
  }
  expect(tops).toEqual(tops.toSorted((a, b) => a - b))
  await page.context().close()
})

test('on a phone the open tab of a version is in sight, and what is in a card stays in it', async ({ browser }) => {
  const page = await open(browser, `${TILES}?tab=history`, phone)
  const tabs = page.getByRole('navigation', { name: 'Parts of the version' })
  await expect(tabs.getByRole('link', { name: 'History' })).toBeInViewport({ ratio: 0.9, ...WAIT })
  await page.goto(page.url().replace('tab=history', 'tab=usage'))
  const card = page.getByRole('region', { name: 'Use this version' })
  await expect(card).toBeVisible(WAIT)
  const [box, python, word, digest] = await Promise.all(
    [
      card,
      card.getByRole('button', { name: 'Python' }),
      page.getByText('Digest', { exact: true }),
      page.locator('.art-det dd').first().locator('.mono'),
    ].map(part => part.boundingBox()),
  )
  expect(python!.y).toBeGreaterThan(box!.y)
  expect(python!.height).toBeGreaterThanOrEqual(24)
  expect(Math.abs(word!.y + word!.height / 2 - digest!.y - digest!.height / 2)).toBeLessThan(3)
  await page.context().close()
})
