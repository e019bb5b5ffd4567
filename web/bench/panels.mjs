/**
 * What 40 panels of 20 runs and 1,000 points cost a browser, in CPU: first paint, a live tick, the same with every line smoothed by
 * the server, a move of the crosshair; and the first paint of a page of 300.
 *
 *     npm run build && node bench/panels.mjs
 *
 * A real server, a real writer, the built application. CPU is the time of the renderer and GPU processes together as Chromium
 * counts it (CDP SystemInfo.getProcessInfo, 10 ms fine), because wall time on a shared machine says little. Medians of ROUNDS
 * fresh browsers. Budgets: shared with the design, printed beside each figure; exit 1 when one is broken.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { report } from './report.mjs'

/** 900: the screen of the measurements in the plan. A height of 3700 has all 40 panels mounted and painted at once. */
const HEIGHT = Number(process.env.HEIGHT ?? 900)
const ROUNDS = Number(process.env.ROUNDS ?? 3)
const TICKS = 5
const MOVES = 40
const BUDGET_MS = { 'first paint': 900, 'live tick': 400, 'smoothed tick': 400, '300 panels': 700 }

const root = new URL('../../', import.meta.url).pathname
const venv = join(root, '.venv/bin/python')
const python = process.env.ASSAY_PYTHON ?? (existsSync(venv) ? venv : 'python3')
const env = { ...process.env, PYTHONPATH: join(root, 'src'), PYTHONUNBUFFERED: '1' }

const line = (child, pattern) =>
  new Promise((resolve, reject) => {
    let said = ''
    const listen = chunk => {
      said += chunk
      const found = pattern.exec(said)
      if (!found) return
      child.stdout.off('data', listen)
      resolve(found)
    }
    child.stdout.on('data', listen)
    child.once('exit', code => reject(new Error(`ended with ${code}: ${said}`)))
  })
const ended = child => new Promise(resolve => child.once('exit', resolve))
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

const data = mkdtempSync(join(tmpdir(), 'assay-bench-'))
const server = spawn(python, ['-m', 'assay', 'server', 'start', '--data', data, '--port', '0'], {
  env,
  stdio: ['ignore', 'pipe', 'ignore'],
})
try {
  const [link] = await line(server, /http\S+#link=\S+/)
  const url = link.replace(/\/?#.*$/, '')
  const asking = spawn(python, ['-m', 'assay', 'server', 'key', '--data', data], { env })
  const [key] = await line(asking, /asy_\w+/)
  const write = (what, project) =>
    spawn(python, [join(root, 'web/e2e/writer.py'), url, project, what], {
      env: { ...env, ASSAY_API_KEY: key },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
  await ended(write('wall', 'root/wall'))
  await ended(write('hall', 'root/hall'))
  const ticker = write('tick', 'root/wall')
  await line(ticker, /ready/)

  let mounted = 0
  const figures = { 'first paint': [], 'live tick': [], 'crosshair move': [], 'smoothed tick': [], '300 panels': [] }
  for (let round = 0; round < ROUNDS; round++) {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--headless', '--no-sandbox', '--disable-gpu'],
    })
    const cdp = await browser.newBrowserCDPSession()
    const cpuMs = async () => {
      const { processInfo } = await cdp.send('SystemInfo.getProcessInfo')
      const counted = processInfo.filter(({ type }) => type === 'renderer' || type === 'GPU')
      return counted.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0)
    }
    const context = await browser.newContext({
      viewport: { width: 1400, height: HEIGHT },
      // The pulse of the live mark repaints by itself: it is no part of what charts cost.
      reducedMotion: 'reduce',
      extraHTTPHeaders: { authorization: `Bearer ${key}` },
    })
    const page = await context.newPage()
    // The application's own start is not what is measured: an empty view of the same page first.
    await page.goto(`${url}/root/wall?show=%5B%5D`)
    await page.locator('.panel-slot').first().waitFor()
    await sleep(1500)
    const count = () => page.locator('.panel-slot .chart[aria-label*="20 runs"]').count()
    const drawn = async () => {
      // As many as the page mounts: there are more off screen, and they must cost nothing.
      for (let seen = -1, now = 0; now === 0 || seen !== now; seen = now, now = await count()) await sleep(500)
    }
    let before = await cpuMs()
    await page.getByRole('button', { name: 'Draw all runs' }).first().click()
    await drawn()
    mounted = await count()
    figures['first paint'].push((await cpuMs()) - before)

    const steps = async () => {
      const spoken = await page.locator('.panel-slot .chart[aria-label*="20 runs"]').first().getAttribute('aria-label')
      return Number(/step ([\d\s\u2009\u202f]+)/.exec(spoken)?.[1].replaceAll(/\D/g, ''))
    }
    const from = await steps()
    before = await cpuMs()
    for (let tick = 0; tick < TICKS; tick++) {
      ticker.stdin.write('\n')
      await sleep(2500)
    }
    figures['live tick'].push(((await cpuMs()) - before) / TICKS)

    const grown = (await steps()) - from
    // A thousand buckets of a few more points: the last one's place may be a step before its last point.
    if (Math.abs(grown - TICKS * 10) > 1)
      throw new Error(`${TICKS} ticks of 10 rows moved the picture by ${grown} steps`)

    const box = await page.locator('.panel-slot .chart').first().boundingBox()
    before = await cpuMs()
    for (let i = 0; i < MOVES; i++) {
      await page.mouse.move(box.x + 50 + ((box.width - 70) * i) / MOVES, box.y + box.height / 2)
      await sleep(50)
    }
    figures['crosshair move'].push(((await cpuMs()) - before) / MOVES)

    // Smoothed lines change along their whole length: they are read whole again, less often.
    await page.goto(`${url}/root/wall?smooth=0.6`)
    await drawn()
    await page.locator('.panel-slot .pill', { hasText: 'smoothed' }).first().waitFor()
    const smoothFrom = await steps()
    before = await cpuMs()
    for (let tick = 0; tick < TICKS; tick++) {
      ticker.stdin.write('\n')
      await sleep(2500)
    }
    await sleep(3500)
    figures['smoothed tick'].push(((await cpuMs()) - before) / TICKS)
    const smoothGrown = (await steps()) - smoothFrom
    if (Math.abs(smoothGrown - TICKS * 10) > 1)
      throw new Error(`${TICKS} ticks moved the smoothed picture by ${smoothGrown} steps`)

    // The same with 300 panels: what is off screen is not there.
    await page.goto(`${url}/root/hall?show=%5B%5D`)
    await page.locator('.panel-slot').first().waitFor()
    await sleep(1500)
    before = await cpuMs()
    await page.getByRole('button', { name: 'Draw all runs' }).first().click()
    await drawn()
    figures['300 panels'].push((await cpuMs()) - before)
    await browser.close()
  }
  ticker.stdin.end()
  await ended(ticker)

  report(
    `40 panels × 20 runs × 1,000 points, 1400×${HEIGHT}, ${mounted} mounted`,
    Object.entries(figures).map(([name, values]) => ({ name, values, budget: BUDGET_MS[name] })),
  )
} finally {
  server.kill('SIGTERM')
  await ended(server)
  rmSync(data, { recursive: true, force: true })
}
