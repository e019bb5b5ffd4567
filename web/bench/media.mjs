/**
 * What media panels cost a browser, in CPU: one with 1,000 thumbnails to mount and per frame of scrolling, and two with twelve pictures
 * of two runs per move of the step slider.
 *
 *     npm run build && node bench/media.mjs
 *
 * A real server with real pictures, so that thumbnails are fetched and decoded as they are for people. CPU is the time of the renderer
 * and GPU processes together, as in runs.mjs. Scrolling is measured twice: the first time past pictures that have to come, then back over
 * those that were there. Medians of ROUNDS browsers. Scrolling has a budget; exit 1 when it is broken. The rest is reported.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { report } from './report.mjs'
import { env, python, root, startServer } from './server.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 3)
const FRAMES = 60
/** A notch of a wheel. */
const FRAME_PX = 120
const MOVES = 30
const BUDGET_MS = { 'scroll frame': 25, 'scroll frame back': 25 }

/** Twelve pictures a step under two keys, for two runs. */
const STEPS = `
import numpy as np
import assay

for run_place in range(2):
    with assay.init(project="steps") as run:
        for step in range(${MOVES + 10}):
            draw = np.random.default_rng(step)
            pictures = [draw.integers(0, 255, (96, 96, 3), dtype=np.uint8) for _ in range(6)]
            run.log({"a": [assay.Image(p) for p in pictures[:3]], "b": [assay.Image(p) for p in pictures[3:]]}, step=step)
`

const server = await startServer()
try {
  const { url, key, data } = server
  const { default_entity: entity } = await (
    await fetch(`${url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } })
  ).json()
  const scripts = { ...env, ASSAY_BASE_URL: url, ASSAY_API_KEY: key, HOME: data }
  execFileSync(python, [join(root, 'web/e2e/mediaWriter.py'), 'tiles', 'many'], { env: scripts, cwd: data })
  execFileSync(python, ['-c', STEPS], { env: scripts, cwd: data })

  const address = (project, panels) => {
    const view = { mode: 'manual', sections: [{ id: 's', title: 'Media', panels }] }
    return `/${entity}/${project}?v=${encodeURIComponent(JSON.stringify(view))}`
  }
  const tiles = { kind: 'media', id: 'tiles', keys: ['tiles'], layout: { x: 0, y: 0, w: 12, h: 8 } }
  const pair = ['a', 'b'].map((name, i) => ({
    kind: 'media',
    id: `p${name}`,
    keys: [name],
    layout: { x: 6 * i, y: 0, w: 6, h: 6 },
  }))

  const figures = { mount: [], 'scroll frame': [], 'scroll frame back': [], 'step move': [] }
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
      viewport: { width: 1440, height: 1000 },
      reducedMotion: 'reduce',
      extraHTTPHeaders: { authorization: `Bearer ${key}` },
    })
    const page = await context.newPage()
    /** Goes there without loading the application again. */
    const go = to =>
      page.evaluate(to => {
        history.pushState({}, '', to)
        dispatchEvent(new PopStateEvent('popstate'))
      }, to)

    // The application without the panel first: what it costs to start is not the panel's.
    await page.goto(url + address('tiles', []))
    await page.locator('.run-row[data-run]').first().waitFor({ timeout: 60_000 })
    await page.waitForTimeout(2000)
    let before = await cpuMs()
    await go(address('tiles', [tiles]))
    const grid = page.locator('[data-panel="tiles"] .media-scroll')
    await grid.locator('img').first().waitFor({ timeout: 60_000 })
    await page.waitForTimeout(2000)
    figures.mount.push((await cpuMs()) - before)
    for (const [name, px] of [
      ['scroll frame', FRAME_PX],
      ['scroll frame back', -FRAME_PX],
    ]) {
      await page.waitForTimeout(1000)
      before = await cpuMs()
      const moved = await grid.evaluate(
        async (element, { frames, px }) => {
          const from = element.scrollTop
          for (let i = 0; i < frames; i++) {
            element.scrollTop += px
            await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)))
          }
          return Math.abs(element.scrollTop - from)
        },
        { frames: FRAMES, px },
      )
      if (moved < (FRAMES * FRAME_PX) / 2) throw new Error(`The panel scrolled ${moved} px only`)
      figures[name].push(((await cpuMs()) - before) / FRAMES)
    }

    await page.goto(url + address('steps', pair))
    await page.locator('[data-panel="pb"] img').first().waitFor({ timeout: 60_000 })
    const back = page.locator('[data-panel="pa"]').getByRole('button', { name: 'Previous step' })
    await back.focus()
    await page.waitForTimeout(2000)
    before = await cpuMs()
    for (let move = 0; move < MOVES; move++) {
      await page.keyboard.press('Enter')
      await page.waitForTimeout(150)
    }
    await page.waitForFunction(step => new URLSearchParams(location.search).get('step') === String(step), 9, {
      timeout: 10_000,
    })
    figures['step move'].push(((await cpuMs()) - before) / MOVES)
    await browser.close()
  }

  report(
    'A media panel of 1,000 thumbnails; a move of the step of two panels',
    Object.entries(figures).map(([name, values]) => ({ name, values, budget: BUDGET_MS[name] })),
  )
} finally {
  await server.stop()
}
