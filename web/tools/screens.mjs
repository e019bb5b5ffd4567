/**
 * Photographs every page, light and dark, at 1440×900 and 390×844, on a server with the showcase's data.
 *
 *     make screens                       into screens/
 *     make screens ARGS="--only run"     pages whose name begins so
 *     make screens ARGS="--readme"       also the README's pictures
 *
 * Given ASSAY_SCREENS_URL and ASSAY_SCREENS_KEY it uses that server as it is.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'

const root = new URL('../../', import.meta.url).pathname
const out = join(root, 'screens')
const venv = join(root, '.venv/bin/python')
const python = process.env.ASSAY_PYTHON ?? (existsSync(venv) ? venv : 'python3')
const env = { ...process.env, PYTHONPATH: join(root, 'src'), PYTHONUNBUFFERED: '1' }
const flag = name => process.argv.includes(`--${name}`)
const only = flag('only') ? process.argv[process.argv.indexOf('--only') + 1] : ''

const RUN = 'cells/runs/r127'
const DATASET = 'nuclei/artifacts/dataset/nuclei'
/** Name → address below the entity, and what to do before the picture. */
const PAGES = {
  home: { at: '', top: true },
  entity: { at: '' },
  settings: { at: 'settings', top: true },
  workspace: { at: 'cells' },
  'workspace-study': { at: 'cells?view=STUDY' },
  'workspace-study-end': { at: 'cells?view=STUDY', act: scrollToEnd },
  'workspace-table': { at: 'cells', act: page => page.keyboard.press('Shift+T') },
  'workspace-settings': { at: 'cells?view=STUDY', act: openSettings },
  'workspace-full-panel': { at: 'cells?panel=val%2FmIoU' },
  'workspace-empty-match': { at: `cells?filter=${encodeURIComponent('"state = \\"pending\\""')}` },
  'workspace-tiny': { at: 'tiny' },
  'runs-phone-half': { at: 'cells?half=runs' },
  palette: { at: 'cells', act: page => page.keyboard.press('Control+k') },
  shortcuts: { at: 'cells', act: page => page.keyboard.press('?') },
  run: { at: RUN },
  'run-charts': { at: `${RUN}?tab=charts` },
  'run-system': { at: `${RUN}?tab=system` },
  'run-logs': { at: `${RUN}?tab=logs` },
  'run-files': { at: `${RUN}?tab=files` },
  'run-code': { at: `${RUN}?tab=code` },
  'nuclei-workspace': { at: 'nuclei' },
  'nuclei-run': { at: 'nuclei/runs/wide' },
  'nuclei-run-charts': { at: 'nuclei/runs/wide?tab=charts' },
  artifacts: { at: 'nuclei/artifacts' },
  'artifact-collection': { at: 'nuclei/artifacts/dataset/nuclei' },
  'artifact-lineage': { at: `${DATASET}/v1` },
  'artifact-lineage-model': { at: 'nuclei/artifacts/model/nuclei-segmenter/production' },
  'artifact-files': { at: `${DATASET}/v1?tab=files&file=labels.csv` },
  'artifact-picture': { at: `${DATASET}/v1?tab=files&folder=test&file=${encodeURIComponent('test/slide-004.png')}` },
  'artifact-metadata': { at: `${DATASET}/v1?tab=metadata` },
  'artifact-usage': { at: `${DATASET}/v1?tab=usage` },
  'artifact-compare': { at: `${DATASET}/v1?tab=compare&with=v0` },
  'artifact-history': { at: `${DATASET}/v1?tab=history` },
  storage: { at: 'nuclei/storage' },
  missing: { at: 'cells/runs/nobody' },
}
const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844, isPhone: true } }
const THEMES = ['light', 'dark']

async function openSettings(page) {
  await page.locator('.panel-slot .chart').first().focus()
  await page.keyboard.press('s')
}

/** Where panels of runs stand, as far as the page goes. */
async function scrollToEnd(page) {
  await page.locator('.panels').evaluate(panels => panels.scrollTo(0, panels.scrollHeight))
}

const said = (child, pattern) =>
  new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', chunk => {
      text += chunk
      const found = pattern.exec(text)
      if (found) resolve(found)
    })
    child.once('exit', code => reject(new Error(`ended with ${code}: ${text}`)))
  })
const ended = child =>
  new Promise((resolve, reject) =>
    child.once('exit', code => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`)))),
  )

async function ownServer() {
  const data = mkdtempSync(join(tmpdir(), 'assay-screens-'))
  const server = spawn(python, ['-m', 'assay', 'server', 'start', '--data', data, '--port', '0'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [link] = await said(server, /http\S+#link=\S+/)
  const url = link.replace(/\/?#.*$/, '')
  const asking = spawn(python, ['-m', 'assay', 'server', 'key', '--data', data], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [key] = await said(asking, /asy_\w+/)
  const filling = { env: { ...env, ASSAY_API_KEY: key }, stdio: 'inherit' }
  await ended(spawn(python, [join(root, 'tools/showcase.py'), url], filling))
  const stop = () => {
    server.kill('SIGTERM')
    return new Promise(resolve => server.once('exit', resolve)).then(() =>
      rmSync(data, { recursive: true, force: true }),
    )
  }
  return { url, key, stop }
}

async function photograph(browser, { url, key }) {
  const answer = await fetch(`${url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } })
  const entity = (await answer.json()).default_entity
  const views = await (
    await fetch(`${url}/api/v1/projects/${entity}/cells/views?page=workspace`, {
      headers: { authorization: `Bearer ${key}` },
    })
  ).json()
  const study = views.views.find(view => view.name === 'Boundary study').id
  let faults = 0
  for (const [size, { isPhone, ...viewport }] of Object.entries(SIZES)) {
    for (const theme of THEMES) {
      const context = await browser.newContext({
        viewport,
        colorScheme: theme,
        reducedMotion: 'reduce',
        ...(isPhone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
        extraHTTPHeaders: { authorization: `Bearer ${key}` },
      })
      for (const [name, { at, top, act }] of Object.entries(PAGES)) {
        if (!name.startsWith(only)) continue
        const page = await context.newPage()
        page.on('pageerror', error => {
          faults++
          console.error(`${name}, ${size}, ${theme}: ${error.message}`)
        })
        const place = at.replace('STUDY', study)
        await page.goto(top ? `${url}/${place}` : `${url}/${entity}/${place}`)
        await settled(page)
        if (act) {
          await act(page)
          await settled(page)
        }
        await page.screenshot({ path: join(out, `${name}-${size}-${theme}.png`) })
        await page.close()
      }
      await context.close()
      console.log(`${size}, ${theme}: done`)
    }
  }
  return faults
}

/** Until no skeleton is left in sight: a panel below the fold is drawn once it comes near, and would be waited for in vain. */
async function settled(page) {
  await page.locator('main :is(h1, h2, h3, form)').first().waitFor({ state: 'attached', timeout: 60_000 })
  await page.waitForTimeout(800)
  await page
    .waitForFunction(
      () =>
        ![...document.querySelectorAll('.bone, .skel-chart, [aria-busy=true]')].some(instead => {
          const { top, bottom } = instead.getBoundingClientRect()
          return bottom > 0 && top < innerHeight
        }) && ![...document.querySelectorAll('.pills')].some(pills => pills.textContent?.includes('Computing')),
      undefined,
      { timeout: 60_000 },
    )
    .catch(() => undefined)
  await page.waitForTimeout(700)
}

mkdirSync(out, { recursive: true })
const { ASSAY_SCREENS_URL: given, ASSAY_SCREENS_KEY: key } = process.env
const server = given ? { url: given, key, stop: () => undefined } : await ownServer()
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
})
try {
  const faults = await photograph(browser, server)
  if (flag('readme'))
    for (const theme of THEMES)
      cpSync(join(out, `workspace-study-desk-${theme}.png`), join(root, `docs/images/workspace-${theme}.png`))
  console.log(`Pictures are in screens/. Errors on pages: ${faults}`)
  if (faults > 0) process.exitCode = 1
} finally {
  await browser.close()
  await server.stop()
}
