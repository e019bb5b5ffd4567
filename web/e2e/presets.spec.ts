/** Presets of custom charts: one person saves, another finds, versions come back, and what is gone is said. */

import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, expect, type Locator, type Page, test } from '@playwright/test'
import { addMember, administer, ask, type Place, runScript, startPlace, type State } from './server'
import { expectNoComplaints, watch } from './watch'

test.describe.configure({ mode: 'serial', timeout: 60_000 })
const WAIT = { timeout: 15_000 }
const TEAM = 'helix'
const SPEC = {
  mark: 'point',
  title: '${string:title}',
  encoding: {
    x: { field: '${field:rate}', type: 'quantitative' },
    y: { field: '${field:loss}', type: 'quantitative' },
  },
}
let place: Place
let vera: State

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000)
  place = await startPlace(browser)
  const { server, entity } = place
  administer(server, 'team', 'add', TEAM)
  administer(server, 'team', 'member', 'add', TEAM, entity, 'member')
  vera = await addMember(browser, server, 'vera', TEAM, 'viewer')
  await runScript(
    server,
    place.key,
    `
import assay, json
assay.Api().create_custom_chart("${TEAM}", "shapes", "Shapes", "vega2", "private", json.loads('''${JSON.stringify(SPEC)}'''))
for n in range(3):
    with assay.init(project="rates", entity="${TEAM}", name=f"rate-{n}", config={"lr": 0.1 * (n + 1)}) as run:
        table = {"lr": [0.1, 0.2], "loss": [1.0, 0.5]}
        run.log({"loss": 1 / (n + 1), "shape": assay.plot_table("${TEAM}/shapes", table, {"rate": "lr", "loss": "loss"})})
`,
  )
})
test.afterEach(async ({ browser }) => {
  await Promise.all(browser.contexts().map(context => context.close()))
})
test.afterAll(() => place?.server.clear())

async function open(browser: Browser, panel: object, state: State = place.state): Promise<[Page, Locator]> {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await watch(page)
  const mine = { kind: 'chart', id: 'mine', title: 'Mine', layout: { x: 0, y: 0, w: 12, h: 5 }, ...panel }
  const v = { automatic: { added: [{ id: 'own', title: 'Own', panels: [mine] }] } }
  await page.goto(`${place.server.url}/${TEAM}/rates?v=${encodeURIComponent(JSON.stringify(v))}`)
  const found = page.getByRole('region', { name: 'Mine', exact: true })
  await expect(found).toBeVisible(WAIT)
  return [page, found]
}

async function settings(page: Page, panel: Locator): Promise<Locator> {
  await panel.getByRole('button', { name: 'More about Mine' }).click()
  await page.getByRole('menuitem', { name: /^Settings/ }).click()
  const drawer = page.getByRole('dialog', { name: 'Mine', exact: true })
  await expect(drawer).toBeVisible(WAIT)
  return drawer
}

const FIELDS = { rate: 'config.lr', loss: 'loss' }

test('a specification is saved as a preset, and a colleague who only looks draws with it', async ({ browser }) => {
  const [page, panel] = await open(browser, { spec: SPEC, fields: FIELDS })
  await expect(panel.locator('canvas')).toBeVisible(WAIT)
  const drawer = await settings(page, panel)
  await drawer.getByRole('button', { name: 'Save as a preset…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Save as a preset' })
  await dialog.getByLabel('Name', { exact: true }).fill('two words')
  await expect(dialog.getByRole('alert')).toContainText('Letters, digits')
  await expect(dialog.getByRole('button', { name: 'Save preset' })).toBeDisabled()
  await dialog.getByLabel('Name', { exact: true }).fill('rates')
  await dialog.getByLabel('What choosers call it').fill('Loss over rate')
  await dialog.getByRole('button', { name: 'Save preset' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(drawer.getByLabel('Kind of chart')).toHaveValue(`${TEAM}/rates`)
  await expect(drawer.getByText(/Version 1, last saved by/)).toBeVisible()
  await expect(panel.locator('canvas')).toBeVisible()
  expectNoComplaints(page)

  const [hers, herPanel] = await open(browser, {}, vera)
  await expect(herPanel.getByText('No chart is chosen')).toBeVisible(WAIT)
  const herDrawer = await settings(hers, herPanel)
  await herDrawer.getByLabel('Kind of chart').selectOption({ label: `Loss over rate (${TEAM})` })
  await expect(herPanel.getByText('Slots without a column: rate, loss')).toBeVisible()
  await expect(herDrawer.getByText(`Members of ${TEAM} save presets.`)).toBeVisible()
  await expect(herDrawer.getByRole('button', { name: 'Delete…' })).toBeDisabled()
  expectNoComplaints(hers)
})

test('a custom chart is added with a preset', async ({ browser }) => {
  const [page] = await open(browser, { preset: 'line' })
  await page.getByRole('button', { name: 'Add panel' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Add panel' })
  await dialog.getByRole('option', { name: /Custom chart/ }).click()
  await dialog.getByLabel('Kind of chart').selectOption({ label: `Loss over rate (${TEAM})` })
  await dialog.getByRole('button', { name: /Add/ }).last().click()
  await expect(dialog).toHaveCount(0)
  await expect(page).toHaveURL(new RegExp(`${TEAM}(%2F|/)rates`))
})

test('an earlier version is looked at, drawn with and brought back', async ({ browser }) => {
  const context = await browser.newContext({ storageState: place.state })
  await ask(context, place.server, 'PUT', `entities/${TEAM}/presets/rates`, {
    spec: { ...SPEC, mark: 'bar' },
    label: 'Loss over rate',
    revision: 1,
  })
  const [page, panel] = await open(browser, { preset: `${TEAM}/rates`, fields: FIELDS })
  await expect(panel.locator('canvas')).toBeVisible(WAIT)
  const drawer = await settings(page, panel)
  await drawer.getByRole('button', { name: 'Versions…' }).click()
  const dialog = page.getByRole('dialog', { name: `Versions of ${TEAM}/rates` })
  const first = dialog.getByRole('listitem').filter({ hasText: 'Version 1' })
  await first.getByRole('button', { name: 'Look' }).click()
  await expect(dialog.getByRole('group', { name: 'Specification of version 1' })).toContainText('"mark": "point"')
  expect((await new AxeBuilder({ page }).include('.preset-dialog').analyze()).violations).toEqual([])
  await first.getByRole('button', { name: 'Draw with it' }).click()
  await expect(drawer.getByText('Version 1 of 2')).toBeVisible()
  await expect(panel.locator('canvas')).toBeVisible()
  await drawer.getByRole('button', { name: 'Versions…' }).click()
  await first.getByRole('button', { name: 'Bring back' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(drawer.getByText(/Version 3, last saved by/)).toBeVisible()
  const kept = await ask<{ revision: number; spec: { mark: string } }>(
    context,
    place.server,
    'GET',
    `entities/${TEAM}/presets/rates`,
  )
  expect([kept.revision, kept.spec.mark]).toEqual([3, 'point'])
  expectNoComplaints(page)
})

test('a logged chart is drawn by the preset that it names', async ({ browser }) => {
  const [page, panel] = await open(browser, { source: 'logged', key: 'shape' })
  await expect(panel.locator('canvas')).toBeVisible(WAIT)
  await expect(panel.getByText('6 rows')).toBeVisible()
  expectNoComplaints(page)
})

test('a preset that is broken, never was, or is gone is said in place of the chart, and can come back', async ({
  browser,
}) => {
  const context = await browser.newContext({ storageState: place.state })
  const path = `entities/${TEAM}/presets`
  await ask(context, place.server, 'PUT', `${path}/broken`, { spec: { mark: 'nonsense', encoding: { x: 3 } } })
  const [, broken] = await open(browser, { preset: `${TEAM}/broken`, fields: FIELDS, source: 'runs' })
  await expect(broken.getByText(`The preset “${TEAM}/broken” cannot be drawn`)).toBeVisible(WAIT)
  const [, never] = await open(browser, { preset: `${TEAM}/never` })
  await expect(never.getByText(`There is no preset “${TEAM}/never” that you can see`)).toBeVisible(WAIT)

  const [page, panel] = await open(browser, { preset: `${TEAM}/rates`, fields: FIELDS })
  const drawer = await settings(page, panel)
  await drawer.getByRole('button', { name: 'Delete…' }).click()
  await page
    .getByRole('dialog', { name: `Delete ${TEAM}/rates?` })
    .getByRole('button', { name: 'Delete preset' })
    .click()
  await expect(panel.getByText(`The preset “${TEAM}/rates” was deleted`)).toBeVisible(WAIT)
  await drawer.getByRole('button', { name: 'Versions…' }).click()
  const dialog = page.getByRole('dialog', { name: `Versions of ${TEAM}/rates` })
  await expect(dialog.getByText('It was deleted. Bringing a version back brings it back.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Bring back' }).first().click()
  await expect(panel.locator('canvas')).toBeVisible(WAIT)
})
