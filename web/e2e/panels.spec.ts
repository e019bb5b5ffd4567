/** The panels over runs, on a real server with real runs: what they draw, what a brush does to the list, text, files, phone. */

import { readFileSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, expect, type Locator, type Page, test } from '@playwright/test'
import { expectAxeFindsNothing } from './axe'
import { ask, phone, type Place, runScript, runWriter, type Server, startPlace, type State } from './server'
import { expectNoComplaints, watch } from './watch'

const RUNS = 96
const WAIT = { timeout: 45_000 }
test.setTimeout(150_000)

let place: Place
let server: Server
let state: State
let entity: string

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000)
  place = await startPlace(browser)
  ;({ server, state, entity } = place)
  await runWriter('searchWriter.py', place, 'search', String(RUNS))
  for (const [i, lr] of [0.1, 0.02].entries()) {
    await runScript(
      server,
      place.key,
      `
import assay, pathlib
here = pathlib.Path("code"); here.mkdir()
(here / "train.py").write_text("import os\\nlr = ${lr}\\nprint(lr)\\n")
(here / "same.py").write_text("x = 1\\n")
run = assay.init(project="files", entity="${entity}", name="code-${i}", config={"lr": ${lr}, "same": 1${i > 0 ? ', "only": 2' : ''}})
run.log_code(str(here))
for step in range(20):
    run.log({"weights": assay.Histogram([step + k % 7 for k in range(100)]), "loss": 1 / (step + 1)})
run.finish()
`,
    )
  }
})
/** A page that stays open goes on asking and drawing beside the next test. */
test.afterEach(async ({ browser }) => {
  await Promise.all(browser.contexts().map(context => context.close()))
})
test.afterAll(() => server?.clear())

interface Spec {
  panels: Record<string, unknown>[]
  kpis?: Record<string, unknown>[]
  runs?: Record<string, unknown>
}

async function open(browser: Browser, project: string, spec: Spec, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  await watch(page)
  const panels = spec.panels.map((panel, i) => ({ layout: { x: 0, y: i * 5, w: 12, h: 5 }, ...panel }))
  const v = {
    automatic: { added: [{ id: 'mine', title: 'Mine', panels }] },
    ...(spec.kpis ? { kpis: spec.kpis } : {}),
    ...(spec.runs ? { runs: spec.runs } : {}),
  }
  const half = options.isMobile ? '&half=panels' : ''
  await page.goto(`${server.url}/${entity}/${project}?v=${encodeURIComponent(JSON.stringify(v))}${half}`)
  return page
}

const panel = (page: Page, id: string): Locator => page.locator(`[data-panel="${id}"] .run-panel`)
const chart = (page: Page, id: string): Locator => panel(page, id).locator('.run-chart')

async function drawn(page: Page, id: string): Promise<string> {
  await expect(panel(page, id).locator('.panel-instead')).toHaveCount(0, WAIT)
  // Counted: the title alone says that nothing has come yet.
  await expect(chart(page, id)).toHaveAttribute('aria-label', /, \d+ (runs|groups|boxes|violins)/, WAIT)
  return (await chart(page, id).getAttribute('aria-label')) ?? ''
}

/** How many runs a filter finds, as the server counts. */
async function count(page: Page, filter: string): Promise<number> {
  const body = { filter, limit: 1 }
  return (await ask<{ total: number }>(page.context(), server, 'POST', `projects/${entity}/search/runs/query`, body))
    .total
}

const brushOf = (page: Page, id: string): string => {
  const brush = new URL(page.url()).searchParams.get('brush')
  return brush ? ((JSON.parse(brush) as Record<string, string>)[id] ?? '') : ''
}

const AXES = [{ key: 'config.encoder' }, { key: 'config.lr' }, { key: 'config.batch' }, { key: 'metrics.val/mIoU.max' }]

test('a brush in parallel coordinates filters the list, and its chip takes it away', async ({ browser }) => {
  const page = await open(browser, 'search', { panels: [{ kind: 'parallel', id: 'pc', axes: AXES }] })
  expect(await drawn(page, 'pc')).toContain(`${RUNS} runs over 4 axes`)
  await expect(chart(page, 'pc')).toHaveAttribute('data-drawn', String(RUNS), WAIT)
  const box = (await chart(page, 'pc').boundingBox())!
  const x = box.x + box.width - 46
  await page.mouse.move(x, box.y + 32)
  await page.mouse.down()
  await page.mouse.move(x, box.y + 60, { steps: 4 })
  await page.mouse.move(x, box.y + 90, { steps: 4 })
  await page.mouse.up()
  await expect
    .poll(() => brushOf(page, 'pc'), WAIT)
    .toMatch(/^metrics\.val\/mIoU\.max >= [\d.]+ and metrics\.val\/mIoU\.max <= /)
  const found = await count(page, brushOf(page, 'pc'))
  expect(found).toBeGreaterThan(0)
  expect(found).toBeLessThan(RUNS)
  await expect(panel(page, 'pc').locator('.pill.accent')).toContainText(`: ${found}`)
  await expect(chart(page, 'pc')).toHaveAttribute('aria-label', new RegExp(`${found} within the brushes`))
  await expect(page.locator('.runs')).toContainText(`${found} runs`, WAIT)
  // The panel itself still draws all of them.
  await expect(panel(page, 'pc').locator('.pill').first()).toHaveText(`${RUNS} runs`)

  // A category besides, by a press; the condition names both.
  await page.mouse.click(box.x + 34, box.y + 40)
  await expect.poll(() => brushOf(page, 'pc'), WAIT).toMatch(/^config\.encoder = ".+" and metrics/)

  // Taking the chip off the list takes the brush out of the panel.
  await page.locator('.runs').getByRole('button', { name: 'Take away the brush of What the best runs share' }).click()
  await expect(panel(page, 'pc').locator('.pill.accent')).toHaveCount(0, WAIT)
  await expect(page.locator('.runs')).toContainText(`${RUNS} runs`, WAIT)
  expectNoComplaints(page)
  await page.context().close()
})

test('parallel coordinates are brushed, inverted and walked by keys', async ({ browser }) => {
  const page = await open(browser, 'search', { panels: [{ kind: 'parallel', id: 'pc', axes: AXES }] })
  await drawn(page, 'pc')
  await expect(chart(page, 'pc')).toHaveAttribute('data-drawn', String(RUNS), WAIT)
  await chart(page, 'pc').focus()
  const spoken = panel(page, 'pc').locator('[role=status]').last()
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight')
  await expect(spoken).toContainText('Axis 4 of 4, val/mIoU, max')
  await page.keyboard.press('ArrowUp')
  await expect(spoken).toContainText('val/mIoU, max 0.')
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press('PageUp')
    await expect(spoken).toContainText(`to `)
  }
  await expect.poll(() => brushOf(page, 'pc'), WAIT).toContain('metrics.val/mIoU.max >=')
  await page.keyboard.press('Delete')
  await expect.poll(() => brushOf(page, 'pc'), WAIT).toBe('')
  await page.keyboard.press('t')
  await expect(page.getByRole('dialog').getByRole('row')).toHaveCount(RUNS + 1)
  await page.keyboard.press('Escape')
  await page.context().close()
})

test('a scatter plot picks runs by a box, shows its front, and opens a run', async ({ browser }) => {
  const page = await open(browser, 'search', {
    panels: [
      {
        kind: 'scatter',
        id: 'sc',
        x: 'config.lr',
        x_scale: 'log',
        y: 'metrics.val/mIoU.max',
        colour: 'config.boundary',
        has_trend: true,
        has_front: true,
        goal_x: 'minimize',
      },
    ],
  })
  expect(await drawn(page, 'sc')).toMatch(/96 runs, correlation .+ Pareto front of \d+/)
  const box = (await chart(page, 'sc').boundingBox())!
  await page.mouse.move(box.x + box.width * 0.5, box.y + 30)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.9, box.y + box.height * 0.5, { steps: 5 })
  await page.mouse.up()
  await expect
    .poll(() => brushOf(page, 'sc'), WAIT)
    .toMatch(/^config\.lr >= .+ and config\.lr <= .+ and metrics\.val\/mIoU\.max >= /)
  const found = await count(page, brushOf(page, 'sc'))
  await expect(panel(page, 'sc').locator('.pill.accent')).toHaveText(`${found} picked`)
  await chart(page, 'sc').focus()
  await page.keyboard.press('End')
  await page.keyboard.press('o')
  await expect(page).toHaveURL(/\/search\/runs\/run\d+/, WAIT)
  await page.context().close()
})

test('bars, boxes and figures say what the server knows', async ({ browser }) => {
  const page = await open(browser, 'search', {
    panels: [
      { kind: 'bar', id: 'bars', value: 'val/mIoU', aggregate: 'max', most: 5 },
      { kind: 'bar', id: 'boxes', value: 'val/mIoU', draw: 'box', group: ['config.encoder'] },
      { kind: 'bar', id: 'violins', value: 'val/mIoU', draw: 'violin', is_vertical: true, group: ['config.batch'] },
    ],
    kpis: [
      { kind: 'kpi', id: 'best', metric: 'val/mIoU' },
      { kind: 'kpi', id: 'many', metric: 'val/mIoU', aggregate: 'count' },
    ],
    runs: { baseline: 'run3' },
  })
  const { runs } = await ask<{ runs: { name: string; values: Record<string, number> }[] }>(
    page.context(),
    server,
    'POST',
    `projects/${entity}/search/runs/query`,
    { sort: [{ key: 'metrics.val/mIoU.max', descending: true }], columns: ['metrics.val/mIoU.max'], limit: 5 },
  )
  expect(await drawn(page, 'bars')).toContain(`5 runs of ${RUNS}, from ${runs[0]!.name} `)
  await expect(panel(page, 'bars').locator('.pill').first()).toHaveText(`5 of ${RUNS} by value`)
  const kpi = page.locator('[data-panel="best"] .kpi')
  await expect(kpi.locator('.f')).toHaveAttribute('title', String(runs[0]!.values['metrics.val/mIoU.max']), WAIT)
  await expect(kpi.locator('.who')).toHaveText(runs[0]!.name)
  await expect(kpi.locator('.delta.better')).toHaveText(/^\+0\.\d+/, WAIT)
  await expect(page.locator('[data-panel="many"] .f')).toHaveText(String(RUNS), WAIT)

  // A figure fills the screen as any panel does, and the others follow it.
  await kpi.focus()
  await page.keyboard.press('Enter')
  const full = page.getByRole('region', { name: 'in full screen' })
  await expect(full.locator('.kpi')).toBeFocused()
  await expect(full.getByText(/^1 of \d+$/)).toBeVisible()
  await page.keyboard.press(']')
  await expect(full).toHaveAttribute('data-panel', 'many')
  await page.keyboard.press('Escape')
  await expect(full).toHaveCount(0)

  await drawn(page, 'boxes')
  await chart(page, 'boxes').focus()
  await page.keyboard.press('t')
  const rows = page.getByRole('dialog').locator('tbody tr')
  await expect(rows).toHaveCount(3)
  const counts = await rows.locator('td:nth-child(2)').allInnerTexts()
  expect(counts.reduce((sum, text) => sum + Number(text), 0)).toBe(RUNS)
  await page.keyboard.press('Escape')

  const saved = page.waitForEvent('download')
  await panel(page, 'boxes')
    .getByRole('button', { name: /^More about/ })
    .click()
  await page.getByRole('menuitem', { name: 'Save picture as SVG' }).click()
  const svg = readFileSync(await (await saved).path(), 'utf8')
  expect(svg).toMatch(/^<svg xmlns/)
  expect(svg).toContain('convnext-t')
  expectNoComplaints(page)
  await page.context().close()
})

test('importances that cannot be computed say why once', async ({ browser }) => {
  const page = await open(browser, 'files', {
    panels: [{ kind: 'importance', id: 'why', target: 'loss' }],
  })
  await expect(panel(page, 'why').locator('.panel-instead')).toContainText('runs', WAIT)
  const said = (await panel(page, 'why').locator('.panel-instead').innerText()).trim()
  expect((await panel(page, 'why').innerText()).split(said)).toHaveLength(2)
  expectNoComplaints(page)
})

test('text is safe, sets formulas and keeps its values alive', async ({ browser }) => {
  const hostile =
    '<img src=x onerror="window.hacked=1">\n\n[x](javascript:window.hacked=1)\n\n<script>window.hacked=1</script>\n\n'
  const text = `# Notes\n\n${hostile}Of {{runs.count}} runs the best has {{runs.best.val/mIoU}}, by {{runs.best.val/mIoU.run}}; run3 {{run.run3.config.batch}}. {{nonsense}}\n\n$$\\sum_i x_i$$\n\n[that run](run:run3)`
  const page = await open(browser, 'search', { panels: [{ kind: 'markdown', id: 'md', text }] })
  const md = page.locator('[data-panel="md"] .md')
  await expect(md.locator('[data-live="runs.count"]')).toHaveText(String(RUNS), WAIT)
  await expect(md.locator('[data-live="runs.best.val/mIoU"]')).toHaveText(/^0\.8\d+$/, WAIT)
  await expect(md.locator('[data-live="run.run3.config.batch"]')).toHaveText(/^(8|16|32|64)$/, WAIT)
  await expect(md.locator('[data-live="nonsense"]')).toHaveText('{{nonsense}}')
  await expect(md.locator('.katex-display')).toBeVisible(WAIT)
  await expect(md.locator('img, script')).toHaveCount(0)
  await expect(md).toContainText('<script>window.hacked=1</script>')
  await md.getByText('that run').hover()
  await expect(page.locator('.fact-tip')).toContainText('finished', WAIT)
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  expectNoComplaints(page)
  await page.context().close()
})

test('runs are compared value by value, and their code line by line', async ({ browser }) => {
  const page = await open(browser, 'files', {
    panels: [
      { kind: 'comparer', id: 'cmp' },
      { kind: 'code', id: 'code', path: 'code/train.py' },
    ],
  })
  const grid = page.locator('[data-panel="cmp"]').getByRole('grid')
  await expect(grid.getByRole('rowheader', { name: 'lr' })).toBeVisible(WAIT)
  await expect(grid.getByRole('rowheader', { name: 'same' })).toHaveCount(0)
  await expect(grid.locator('.missing')).toHaveCount(1)
  await panel(page, 'cmp').getByRole('button', { name: 'Differences only' }).click()
  await panel(page, 'cmp').getByLabel('Find in the comparison').fill('same')
  await expect(grid.getByRole('rowheader', { name: 'same' })).toBeVisible()
  const diff = page.locator('[data-panel="code"] .diff')
  await expect(diff.locator('.diff-line.removed')).toHaveText(/lr = /, WAIT)
  await expect(diff.locator('.diff-line.added')).toHaveText(/lr = /)
  await expect(page.locator('[data-panel="code"] .code-tree .mk')).toHaveCount(1)
  await panel(page, 'code').getByRole('button', { name: 'Unified' }).click()
  await expect(page.locator('[data-panel="code"] .diff.unified')).toBeVisible()
  expectNoComplaints(page)
  await page.context().close()
})

test('histograms are drawn over steps and laid over each other', async ({ browser }) => {
  const page = await open(browser, 'files', {
    panels: [
      { kind: 'histogram', id: 'heat', metric: 'weights' },
      { kind: 'histogram', id: 'over', metric: 'weights', draw: 'overlay', scale: 'log' },
    ],
  })
  await expect(chart(page, 'heat')).toHaveAttribute('aria-label', /20 histograms from step 0 to 19/, WAIT)
  await expect(chart(page, 'over')).toHaveAttribute('aria-label', /2 runs at step 19/, WAIT)
  await chart(page, 'heat').focus()
  await page.keyboard.press('ArrowRight')
  await expect(panel(page, 'heat').locator('[role=status]').last()).toContainText('step 0, 100 values')
  expectNoComplaints(page)
  await page.context().close()
})

const ALL: Spec = {
  panels: [
    { kind: 'parallel', id: 'pc' },
    { kind: 'scatter', id: 'sc' },
    { kind: 'bar', id: 'bar' },
    { kind: 'comparer', id: 'cmp' },
    { kind: 'markdown', id: 'md', text: '# Notes\n\n- [x] one\n\nBest {{runs.best.val/mIoU}}' },
  ],
  kpis: [{ kind: 'kpi', id: 'k', metric: 'val/mIoU' }],
}

test('axe finds nothing in the panels over runs', async ({ browser }) => {
  const page = await open(browser, 'search', ALL, {
    bypassCSP: true,
    viewport: { width: 1440, height: 2000 },
  })
  for (const id of ['pc', 'sc', 'bar']) await drawn(page, id)
  await expectAxeFindsNothing(page, 'panels over runs', ['.panels'])
  await page.context().close()
})

test('a phone shows them whole', async ({ browser }) => {
  const page = await open(browser, 'search', ALL, { ...phone, viewport: { width: 390, height: 2400 } })
  for (const id of ['pc', 'sc', 'bar']) await drawn(page, id)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  for (const id of ['pc', 'sc', 'bar']) expect((await chart(page, id).boundingBox())!.height).toBeGreaterThan(120)
  // The tools of a figure are always there on a phone, and lie beside it.
  const figure = page.locator('[data-panel="k"] .f')
  await expect(figure).toHaveText(/^0\.\d/, WAIT)
  const covered = await figure.evaluate(element => {
    const range = document.createRange()
    range.selectNodeContents(element)
    const { left, right, top, bottom } = range.getBoundingClientRect()
    return [left + 2, (left + right) / 2, right - 2].some(
      x => !element.contains(document.elementFromPoint(x, (top + bottom) / 2)),
    )
  })
  expect(covered).toBe(false)
  expectNoComplaints(page)
  await page.context().close()
})
