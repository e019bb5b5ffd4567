/** Where a version came from and what became of it: walked, marked as bad and found good again, on a real server. */

import { type Browser, expect, type Page, test } from '@playwright/test'
import { phone, runScript, type Server, startPlace, type State, writeMedia } from './server'
import { expectNoComplaints, watch } from './watch'

test.describe.configure({ timeout: 120_000 })
const WAIT = { timeout: 30_000 }
let server: Server
let state: State
let entity: string
let key: string

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000)
  ;({ server, state, entity, key } = await startPlace(browser))
  await writeMedia(server, key, 'cells', 'artifacts')
})
test.afterAll(async () => {
  await server?.clear()
})

async function open(browser: Browser, address: string): Promise<Page> {
  const context = await browser.newContext({ storageState: state, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await watch(page)
  await page.goto(`${server.url}/${entity}/cells/artifacts/${address}`)
  return page
}

const graphOf = (page: Page) => page.getByRole('region', { name: 'Lineage' })

test('from the model in production to the row of the dataset that it learned from', async ({ browser }) => {
  const page = await open(browser, 'model/ckpt-352/production')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('ckpt-352:v0', WAIT)
  const graph = graphOf(page)
  // The whole way is drawn: raw data, the run that cut it, tiles, the training, the model.
  for (const name of [/plates-raw:v0/, /tiler-341/, /mitosis-tiles:v2/, /calm-basin-352/])
    await expect(graph.getByRole('button', { name }).first()).toBeVisible(WAIT)
  await graph.getByRole('button', { name: /mitosis-tiles:v2/ }).dblclick()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('mitosis-tiles:v2')
  await page.getByRole('link', { name: /^Files/ }).click()
  await page.getByRole('button', { name: /labels\.csv/ }).click()
  const row = page.getByRole('region', { name: 'labels.csv' }).getByRole('row').filter({ hasText: 'tile_007.png' })
  await expect(row).toContainText('plate-3', WAIT)
  await expect(row).toContainText('mitotic')
  await page.context().close()
})

test('a node is chosen with the keyboard, found by its name, and older versions are walked to in the graph', async ({
  browser,
}) => {
  const page = await open(browser, 'dataset/mitosis-tiles/v2')
  const graph = graphOf(page)
  const run = graph.getByRole('button', { name: /quiet-fjord-409/ })
  await run.focus(WAIT)
  await page.keyboard.press('Space')
  await expect(run).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByRole('complementary', { name: 'Details' })).toContainText('Open the run')
  await page.getByLabel('Find in graph').fill('plates')
  await expect(graph.locator('.lg-node.found')).toHaveCount(1)
  await graph.getByRole('button', { name: 'Older version' }).click()
  await expect(page).toHaveURL(/mitosis-tiles\/v1/)
  await page.context().close()
})

test('Undo of a mark as bad clears the details as well', async ({ browser }) => {
  const page = await open(browser, 'dataset/mitosis-tiles/v2')
  const details = page.getByRole('complementary', { name: 'Details' })
  const mark = details.getByRole('button', { name: 'Mark as bad…' })
  await mark.click(WAIT)
  const drawer = page.getByRole('dialog', { name: 'Mark mitosis-tiles:v2 as bad' })
  await drawer.getByLabel('What is wrong').fill('a slip')
  await expect(drawer).toContainText('ckpt-352', WAIT)
  await drawer.getByRole('button', { name: 'Mark as bad' }).click()
  await expect(details).toContainText('a slip', WAIT)
  await page.getByRole('button', { name: /^Undo/ }).click()
  await expect(mark).toBeVisible(WAIT)
  await expect(details).not.toContainText('a slip')
  await page.context().close()
})

test('a dataset is marked as bad, what was made from it says so, a frozen mark serves nobody, and taking back clears all', async ({
  browser,
}) => {
  const page = await open(browser, 'dataset/mitosis-tiles/v2')
  const details = page.getByRole('complementary', { name: 'Details' })
  await details.getByRole('button', { name: 'Mark as bad…' }).click(WAIT)
  const drawer = page.getByRole('dialog', { name: 'Mark mitosis-tiles:v2 as bad' })
  // What it reaches is told before anything is done, and a reason is asked for.
  await expect(drawer).toContainText('ckpt-352', WAIT)
  await drawer.getByRole('button', { name: 'Mark as bad' }).click()
  await expect(drawer.getByText('Say what is wrong: others decide by it what to do.')).toBeVisible()
  await drawer.getByLabel('What is wrong').fill('plate 3 was stained twice')
  const freeze = drawer.getByRole('switch', { name: 'Freeze production of ckpt-352' })
  await freeze.click()
  await drawer.getByRole('button', { name: 'Mark as bad' }).click()
  await expect(drawer).toHaveCount(0, WAIT)
  await expect(details).toContainText('plate 3 was stained twice', WAIT)
  await expect(graphOf(page).getByRole('button', { name: /ckpt-352:v0.*marked as bad/ })).toBeVisible(WAIT)

  const model = await open(browser, 'model/ckpt-352/v0')
  const upstream = model.getByRole('region', { name: 'Upstream' })
  await expect(upstream).toContainText('mitosis-tiles:v2', WAIT)
  await expect(upstream).toContainText('plate 3 was stained twice')
  // A frozen mark serves nobody; the version itself, by its number, is still there.
  const use = (ref: string) => `assay.init(project='cells').use_artifact('ckpt-352:${ref}')`
  await expect(runScript(server, key, `import assay; ${use('production')}`)).rejects.toThrow(/production.*is frozen/s)
  await runScript(server, key, `import assay; ${use('v0')}`)
  // Those whose model it is may accept that, for a reason that is kept, and take it back.
  await expect(upstream).toContainText('Frozen until it is clean: production')
  await upstream.getByRole('button', { name: 'Accept…' }).click()
  const accept = model.getByRole('dialog', { name: 'Accept ckpt-352:v0' })
  await accept.getByRole('button', { name: 'Accept' }).click()
  await expect(accept).toContainText('needs a reason')
  await accept.getByLabel('Why it is used all the same').fill('plate 3 was left out')
  await accept.getByRole('button', { name: 'Accept' }).click()
  await expect(upstream).toContainText('plate 3 was left out', WAIT)
  await runScript(server, key, `import assay; ${use('production')}`)
  await upstream.getByRole('button', { name: 'Accept no more' }).click()
  await expect(upstream).toContainText('Frozen until it is clean: production', WAIT)
  await model.context().close()

  await details.getByRole('button', { name: 'Take back' }).click()
  await expect(details.getByRole('button', { name: 'Mark as bad…' })).toBeVisible(WAIT)
  const again = await open(browser, 'model/ckpt-352/v0')
  await expect(again.getByRole('heading', { level: 1 })).toHaveText('ckpt-352:v0', WAIT)
  await expect(
    graphOf(again)
      .getByRole('button', { name: /mitosis-tiles:v2/ })
      .first(),
  ).toBeVisible(WAIT)
  await expect(again.getByText('plate 3 was stained twice')).toHaveCount(0)
  await again.context().close()
  await page.context().close()
})

test('a checkpoint is a ring on its run’s curves, told by the tip, and a click leads to it', async ({ browser }) => {
  await runScript(
    server,
    key,
    `
import assay
run = assay.init(project='rings', name='calm-basin')
for step in range(101):
    run.log({'acc': step}, step=step)
    if step == 50:
        open('w.bin', 'wb').write(b'weights')
        run.log_checkpoint('w.bin', name='ckpt', step=step, aliases=['kept'])
run.finish()
`,
  )
  const context = await browser.newContext({ storageState: state, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await watch(page)
  const answered = page.waitForResponse(answer => answer.url().endsWith('/checkpoints/query'))
  await page.goto(`${server.url}/${entity}/rings`)
  const over = page.locator('.u-over').first()
  await expect(over).toBeVisible(WAIT)
  expect(await (await answered).json()).toMatchObject({ checkpoints: [{ step: 50, aliases: ['kept', 'latest'] }] })
  const box = (await over.boundingBox())!
  const [x, y] = [box.x + box.width / 2, box.y + box.height - 5]
  await page.mouse.move(x, y)
  await page.mouse.move(x + 1, y)
  await expect(page.locator('.tip, .chart-tip').filter({ hasText: 'ckpt:v0, kept' }).first()).toBeVisible(WAIT)
  await page.mouse.click(x + 1, y)
  await expect(page).toHaveURL(/\/rings\/artifacts\/model\/ckpt\/v0$/, WAIT)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('ckpt:v0', WAIT)
  await context.close()
})

test('equal versions are a stack in the graph, and each is drawn when it is asked for', async ({ browser }) => {
  await runScript(
    server,
    key,
    `
import assay
run = assay.init(project='stacks', name='calm-basin')
for step in range(7):
    open('w.bin', 'wb').write(b'weights %d' % step)
    run.log_artifact('w.bin', name='weights', type='model')
run.finish()
`,
  )
  const context = await browser.newContext({ storageState: state, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await watch(page)
  await page.goto(`${server.url}/${entity}/stacks/artifacts/model/weights/latest`)
  const graph = graphOf(page)
  const stack = graph.getByRole('button', { name: /6 versions of weights/ })
  await expect(stack).toBeVisible(WAIT)
  await expect(graph.getByRole('button', { name: /weights:v2/ })).toHaveCount(0)
  await stack.focus()
  await page.keyboard.press('Enter')
  await expect(graph.getByRole('button', { name: /weights:v2/ })).toBeVisible(WAIT)
  await expect(page).toHaveURL(/each=true/)
  await page.getByRole('button', { name: 'Stack what is equal' }).click()
  await expect(stack).toBeVisible(WAIT)
  expectNoComplaints(page)
  await context.close()
})

test('under a finger the arrows between versions are 44 px, and look the same', async ({ browser }) => {
  await runScript(
    server,
    key,
    `
import assay
run = assay.init(project='flips', name='calm-basin')
for step in range(3):
    open('w.bin', 'wb').write(b'weights %d' % step)
    run.log_artifact('w.bin', name='weights', type='model')
run.finish()
`,
  )
  const context = await browser.newContext({ storageState: state, reducedMotion: 'reduce', ...phone })
  const page = await context.newPage()
  await watch(page)
  await page.goto(`${server.url}/${entity}/flips/artifacts/model/weights/v1`)
  const older = graphOf(page).getByRole('button', { name: 'Older version' })
  await expect(older).toBeVisible(WAIT)
  for (const name of ['Older version', 'Newer version']) {
    const box = await graphOf(page).getByRole('button', { name }).locator('.hit').boundingBox()
    expect([box?.width, box?.height].map(px => Math.round(px ?? 0))).toEqual([44, 44])
  }
  const [mark, hit] = [await older.locator('path').boundingBox(), await older.locator('.hit').boundingBox()]
  expect(mark?.height).toBeLessThan(12)
  // A thumb beside the arrow meets it.
  await page.touchscreen.tap((hit?.x ?? 0) + 40, (hit?.y ?? 0) + 38)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('weights:v0', WAIT)
  expectNoComplaints(page)
  await context.close()
})
