/**
 * What parallel coordinates of 10,000 runs and a scatter plot of 100,000 cost a browser, in CPU, beside a bare canvas that draws
 * as many curves and dots in the same run.
 *
 *     npm run build && node bench/runPanels.mjs
 *
 * A real server and the built application; the values of so many runs are put in the place of the server's answer, because writing
 * a hundred thousand runs is another measurement. CPU as in panels.mjs. Exit 1 when a budget is broken.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { report } from './report.mjs'
import { env, python, root, startServer } from './server.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 3)
const PARALLEL_RUNS = 10_000
const SCATTER_RUNS = 100_000
/** Of the bare canvas: axes, colours, finding what is pointed at and React come on top of the strokes. */
const TIMES_MAX = { parallel: 2.5, scatter: 2.5 }

const values = count => execFileSync(python, [join(root, 'web/bench/values.py'), String(count)], { maxBuffer: 1 << 28 })

const server = await startServer()
try {
  const { url, key } = server
  execFileSync(python, [join(root, 'web/e2e/searchWriter.py'), url, 'root/many', '2'], {
    env: { ...env, ASSAY_API_KEY: key },
  })

  const AXES = [
    'config.encoder',
    'config.lr',
    'config.weight_decay',
    'config.augment',
    'config.boundary',
    'config.batch',
    'metrics.score.max',
  ]
  const cases = {
    parallel: { count: PARALLEL_RUNS, panel: { kind: 'parallel', id: 'p', axes: AXES.map(key => ({ key })) } },
    scatter: {
      count: SCATTER_RUNS,
      panel: {
        kind: 'scatter',
        id: 'p',
        x: 'config.lr',
        x_scale: 'log',
        y: 'metrics.score.max',
        colour: 'config.boundary',
      },
    },
  }
  /** Curves of seven points, or dots, drawn one by one; nothing else. */
  const bare = ({ name, count }) =>
    new Promise(resolve => {
      const canvas = document.createElement('canvas')
      canvas.width = 900
      canvas.height = 300
      canvas.style.cssText = 'position:fixed;inset:0;z-index:999'
      document.body.append(canvas)
      const ctx = canvas.getContext('2d')
      ctx.globalAlpha = 0.2
      for (let i = 0; i < count; i++) {
        ctx.beginPath()
        if (name === 'scatter') {
          ctx.arc(Math.random() * 900, Math.random() * 300, 1.6, 0, 7)
          ctx.fill()
          continue
        }
        let y = Math.random() * 300
        ctx.moveTo(0, y)
        for (let k = 1; k < 7; k++) {
          const next = Math.random() * 300
          ctx.bezierCurveTo(k * 140 - 80, y, k * 140 - 60, next, k * 140, next)
          y = next
        }
        ctx.stroke()
      }
      ctx.getImageData(0, 0, 1, 1)
      requestAnimationFrame(() => requestAnimationFrame(resolve))
    })

  const found = []
  for (const [name, { count, panel }] of Object.entries(cases)) {
    const body = values(count)
    const figures = { bare: [], panel: [] }
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
        viewport: { width: 1400, height: 900 },
        reducedMotion: 'reduce',
        extraHTTPHeaders: { authorization: `Bearer ${key}` },
      })
      const page = await context.newPage()
      // The answer is held back until the page is at rest: its start is not what is measured.
      let release
      const held = new Promise(resolve => (release = resolve))
      await page.route('**/runs/values', async route => {
        await held
        await route.fulfill({ body, contentType: 'application/vnd.apache.arrow.stream' })
      })
      const v = {
        automatic: { added: [{ id: 'm', title: 'M', panels: [{ ...panel, layout: { x: 0, y: 0, w: 12, h: 5 } }] }] },
      }
      await page.goto(`${url}/root/many?v=${encodeURIComponent(JSON.stringify(v))}`)
      const chart = page.locator('[data-panel="p"] .run-chart')
      await chart.waitFor({ timeout: 90_000 })
      await page.waitForTimeout(3000)
      let before = await cpuMs()
      await page.evaluate(bare, { name, count })
      figures.bare.push((await cpuMs()) - before)
      await page.evaluate(() => document.querySelector('body > canvas')?.remove())
      await page.waitForTimeout(500)
      before = await cpuMs()
      release()
      await page.waitForFunction(
        count => document.querySelector('[data-panel="p"] .run-chart')?.dataset.drawn === String(count),
        count,
        { timeout: 120_000 },
      )
      await page.waitForTimeout(1000)
      figures.panel.push((await cpuMs()) - before)
      await browser.close()
    }
    found.push({
      name: `${name}, ${count} runs`,
      values: figures.panel,
      floor: { name: 'bare canvas', values: figures.bare, times: TIMES_MAX[name] },
    })
  }
  report('Panels that draw every run', found)
} finally {
  await server.stop()
}
