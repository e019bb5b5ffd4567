/**
 * What a table of 100,000 runs costs a browser, in CPU: to mount, and per frame of scrolling.
 *
 *     npm run build && node bench/runs.mjs
 *
 * The built application against answers made here: the server's part has its own benchmark, and a hundred thousand real runs take
 * longer to write than to draw. CPU is the time of the renderer and GPU processes together as Chromium counts it (CDP SystemInfo.getProcessInfo).
 * Medians of ROUNDS pages. Budgets stand beside each figure; exit 1 when one is broken.
 */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { chromium } from '@playwright/test'
import { tableFromArrays, tableToIPC, utf8, int64 } from '@uwdata/flechette'
import { report } from './report.mjs'

const RUNS = Number(process.env.RUNS ?? 100_000)
const ROUNDS = Number(process.env.ROUNDS ?? 3)
const FRAMES = 60
/** A notch of a wheel each frame, and a fling: a third of the window each frame. The fling is reported, not judged. */
const STEPS_PX = { 'scroll frame': 120, 'fling frame': 300 }
/** Where columns do not fit, a step to the right and back each frame, and a notch downwards while the names stay; reported too. */
const NARROW_PX = 900
const ASIDE_PX = [60, 90]
const BUDGET_MS = { mount: 250, 'scroll frame': 25 }

const root = new URL('../../src/assay/server/static/', import.meta.url).pathname
const KEYS = Array.from({ length: 12 }, (_, i) => `summary.m${i}`)
const run = i => ({
  entity: 'lab', project: 'wide', id: `r${i}`, name: `amber-otter-${i}`, ordinal: i + 1, state: 'finished', exit_code: 0, user: 'ann',
  notes: '', tags: [], group: '', job_type: '', created_at: 1.76e9 - i, started_at: 1.76e9 - i, heartbeat_at: 1.76e9, finished_at: 1.76e9,
  duration_s: 60, last_step: 10, definitions: [], values: Object.fromEntries(KEYS.map((key, k) => [key, Math.sin(i * (k + 1))])),
}) // prettier-ignore
const ids = Array.from({ length: RUNS }, (_, i) => `r${i}`)
const order = () => {
  const table = tableFromArrays(
    {
      run: ids,
      name: ids.map(id => `amber-otter-${id.slice(1)}`),
      ordinal: ids.map((_, i) => i + 1),
      state: ids.map(() => 'finished'),
    },
    { types: { run: utf8(), name: utf8(), ordinal: int64(), state: utf8() } },
  )
  table.schema.metadata = new Map([['assay', JSON.stringify({ total: RUNS, limit: RUNS, keys: [] })]])
  return Buffer.from(tableToIPC(table, { format: 'stream' }))
}
const orderBytes = order()

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}
const answer = (path, body) => {
  if (path.endsWith('/me'))
    return {
      username: 'ann',
      display_name: 'Ann',
      default_entity: 'lab',
      has_password: true,
      is_admin: true,
      server_version: '0',
      teams: [],
    }
  if (path.endsWith('/runs/query')) {
    if (body.filter?.includes('running')) return { runs: [], total: 0 }
    if (body.ids) return { runs: body.ids.map(id => run(Number(id.slice(1)))), total: body.ids.length }
    const from = Number(body.cursor || 0)
    const limit = Math.min(body.limit ?? 100, RUNS - from)
    return {
      runs: Array.from({ length: limit }, (_, i) => run(from + i)),
      total: RUNS,
      next: from + limit < RUNS ? String(from + limit) : '',
    }
  }
  if (path.includes('/columns')) return { columns: [], total: 0 }
  if (path.endsWith('/views')) return { views: [] }
  if (path.endsWith('/projects')) return { projects: [], total: 0 }
  if (path.endsWith('/projects/lab/wide')) return { entity: 'lab', name: 'wide', role: 'admin', run_count: RUNS }
  return {}
}
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://here')
  if (!pathname.startsWith('/api/')) {
    const file = join(root, pathname)
    const isPacked = existsSync(`${file}.gz`)
    const found = isPacked || (existsSync(file) && statSync(file).isFile()) ? file : join(root, 'index.html')
    response.setHeader('content-type', TYPES[extname(found)] ?? 'application/octet-stream')
    // The largest files are there packed alone.
    if (isPacked) response.setHeader('content-encoding', 'gzip')
    createReadStream(isPacked ? `${found}.gz` : found).pipe(response)
    return
  }
  let text = ''
  request.on('data', chunk => (text += chunk))
  request.on('end', () => {
    if (pathname.endsWith('/live')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(': open\n\n')
    } else if (pathname.endsWith('/runs/values')) response.end(orderBytes)
    else {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answer(pathname, text ? JSON.parse(text) : {})))
    }
  })
})
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${server.address().port}`

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})
const figures = { mount: [], 'scroll frame': [], 'fling frame': [], 'sideways frame': [], 'scroll frame, aside': [] }
const v = encodeURIComponent(JSON.stringify({ runs: { is_table: true, columns: KEYS.map(key => ({ key })) } }))
const cdp = await browser.newBrowserCDPSession()
for (let round = 0; round < ROUNDS; round++) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const busy = async () => {
    const { processInfo } = await cdp.send('SystemInfo.getProcessInfo')
    const own = processInfo.filter(({ type }) => type === 'renderer' || type === 'GPU')
    return own.reduce((sum, { cpuTime }) => sum + cpuTime, 0) * 1000
  }
  // The application without a table first: what it costs to start is not the table's.
  await page.goto(`${url}/lab/wide?half=runs`)
  await page.locator('.run-row[data-run]').first().waitFor()
  await page.waitForTimeout(500)
  const before = await busy()
  await page.keyboard.press('Shift+T')
  await page.locator('.runs.wide .run-row[data-run]').first().waitFor()
  await page.waitForTimeout(500)
  figures.mount.push((await busy()) - before)
  await page.goto(`${url}/lab/wide?v=${v}`)
  await page.locator('.runs.wide .run-row[data-run]').first().waitFor()
  const rows = page.locator('.run-rows')
  // The order of all runs is here after the first far look.
  await rows.evaluate(element => (element.scrollTop = 50_000 * 28))
  await page.locator('[data-run="r50000"]').waitFor()
  for (const [name, px] of Object.entries(STEPS_PX)) {
    await page.waitForTimeout(1000)
    const still = await busy()
    await rows.evaluate(
      async (element, { frames, px }) => {
        for (let i = 0; i < frames; i++) {
          element.scrollTop += px
          await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)))
        }
      },
      { frames: FRAMES, px },
    )
    figures[name].push(((await busy()) - still) / FRAMES)
  }
  await page.setViewportSize({ width: NARROW_PX, height: 900 })
  for (const name of ['sideways frame', 'scroll frame, aside']) {
    await rows.evaluate((element, left) => (element.scrollLeft = left), ASIDE_PX[0])
    await page.waitForTimeout(1000)
    const still = await busy()
    await rows.evaluate(
      async (element, { frames, aside, down }) => {
        for (let i = 0; i < frames; i++) {
          element.scrollLeft = aside[i % 2]
          element.scrollTop += down
          await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)))
        }
      },
      {
        frames: FRAMES,
        aside: name === 'sideways frame' ? ASIDE_PX.toReversed() : [ASIDE_PX[0], ASIDE_PX[0]],
        down: name === 'sideways frame' ? 0 : STEPS_PX['scroll frame'],
      },
    )
    figures[name].push(((await busy()) - still) / FRAMES)
  }
  await page.close()
}
await browser.close()
server.close()
server.closeAllConnections()

report(
  `A table of ${RUNS} runs, ${KEYS.length} columns`,
  Object.entries(figures).map(([name, values]) => ({ name, values, budget: BUDGET_MS[name] })),
)
