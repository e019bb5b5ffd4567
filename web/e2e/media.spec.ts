/** Media that a script logs with the SDK, from its run to the eye: panels, the step they share, one over the screen, what differs. */

import { readFileSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, expect, type Page, test } from '@playwright/test'
import { expectAxeFindsNothing } from './axe'
import { phone, type Place, type Server, startPlace, type State, writeMedia } from './server'
import { expectNoComplaints, watch } from './watch'

test.describe.configure({ timeout: 240_000 })
/** WebGL without a GPU: slow, but it draws. */
test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-sync',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
    ],
  },
})

const WAIT = { timeout: 40_000 }
let place: Place
let server: Server
let state: State
let entity: string

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000)
  place = await startPlace(browser)
  ;({ server, state, entity } = place)
  await writeMedia(server, place.key, 'cells')
  await writeMedia(server, place.key, 'tiles', 'many')
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

const panel = (page: Page, key: string) => page.locator(`[data-panel="media:${key}"]`)
const only = (key: string): string => `?panels=${encodeURIComponent(`^${key}$`)}&re=true`

test('the automatic workspace shows media in a section of their own, each by its kind of panel', async ({
  browser,
}) => {
  const page = await open(browser, 'cells')
  const media = page.getByRole('region', { name: 'Media', exact: true })
  await expect(media).toBeVisible(WAIT)
  await expect(page.getByRole('region', { name: 'Charts', exact: true }).getByText('words')).toHaveCount(0)
  await expect(panel(page, 'accuracy').locator('canvas')).toBeVisible(WAIT)
  expectNoComplaints(page)
  await page.context().close()
})

test('one slider moves every media panel of the page, and the address says where', async ({ browser }) => {
  const page = await open(browser, 'cells?panels=val/')
  const [fields, one] = [panel(page, 'val/fields'), panel(page, 'val/one')]
  await expect(fields.getByRole('button', { name: /Open field 5, 1 of 6, quiet-fjord-2, step 500/ })).toBeVisible(WAIT)
  await expect(one.getByRole('button', { name: /Open field 45/ }).first()).toBeVisible(WAIT)
  await fields.getByRole('button', { name: 'Previous step' }).click()
  await fields.getByRole('button', { name: 'Previous step' }).click()
  await expect(fields.getByRole('button', { name: /Open field 3, 1 of 6/ }).first()).toBeVisible(WAIT)
  await expect(one.getByRole('button', { name: /Open field 43/ }).first()).toBeVisible(WAIT)
  await expect(page).toHaveURL(/step=300/)
  await page.reload()
  await expect(one.getByRole('button', { name: /Open field 43/ }).first()).toBeVisible(WAIT)
  // Thumbnails come from the server, and are pictures.
  const picture = one.locator('img').first()
  expect(await picture.getAttribute('src')).toContain('w=')
  await expect.poll(() => picture.evaluate(img => (img as HTMLImageElement).naturalWidth)).toBeGreaterThan(0)
  expectNoComplaints(page)
  await page.context().close()
})

test('pictures that a failing network kept away come when it is back', async ({ browser }) => {
  const context = await browser.newContext({ storageState: state, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await watch(page, /Failed to load resource/)
  const isPicture = (url: URL): boolean => url.searchParams.has('w')
  await page.route(isPicture, route => route.abort('internetdisconnected'))
  await page.goto(`${server.url}/${entity}/cells${only('val/one')}`)
  const one = panel(page, 'val/one')
  await expect(one.getByText('Not readable').first()).toBeVisible(WAIT)
  await expect(one.locator('img')).toHaveCount(0)
  await page.unroute(isPicture)
  await page.evaluate(() => window.dispatchEvent(new Event('online')))
  const picture = one.locator('img').first()
  await expect.poll(() => picture.evaluate(img => (img as HTMLImageElement).naturalWidth), WAIT).toBeGreaterThan(0)
  await expect(one.getByText('Not readable')).toHaveCount(0)
  expectNoComplaints(page)
  await page.context().close()
})

test('a picture is looked at closely, by keys alone, and beside another run', async ({ browser }) => {
  const page = await open(browser, `cells${only('val/fields')}`)
  const first = panel(page, 'val/fields').getByRole('button', { name: /Open field 5, 1 of 6, quiet/ })
  await first.focus()
  await page.keyboard.press('ArrowRight')
  await expect(panel(page, 'val/fields').getByRole('button', { name: /Open field 6, 2 of 6, quiet/ })).toBeFocused()
  await page.keyboard.press('Enter')
  const box = page.getByRole('dialog')
  await expect(box.getByRole('heading', { name: 'field 6' })).toBeVisible()
  await expect(box.locator('.im-label')).toHaveCount(2, WAIT)
  await expect
    .poll(
      () =>
        box
          .locator('canvas.im-mask')
          .first()
          .evaluate(c => (c as HTMLCanvasElement).width),
      WAIT,
    )
    .toBe(256)
  await page.keyboard.press('b')
  await expect(box.locator('.im-label')).toHaveCount(0)
  await page.keyboard.press('b')
  await page.keyboard.press('m')
  await expect(box.locator('canvas.im-mask')).toHaveCount(0)
  await page.keyboard.press('m')
  // Classes and scores.
  await box
    .getByRole('button', { name: /^mitotic/ })
    .last()
    .click()
  await expect(box.locator('.im-label')).toHaveText(['nucleus 0.40'])
  await box
    .getByRole('button', { name: /^mitotic/ })
    .last()
    .click()
  await box.getByRole('slider', { name: 'Lowest conf' }).focus()
  await page.keyboard.press('End')
  await expect(box.locator('.im-label')).toHaveText(['mitotic 0.93'])
  await page.keyboard.press('Home')
  // Larger, the neighbour, the same of the other run, an earlier step.
  await box.locator('.lb-stage').click({ position: { x: 300, y: 300 } })
  await page.keyboard.press('+')
  await expect(box.locator('.zoom-in')).toHaveAttribute('style', /scale\(1\.5\)/)
  await page.keyboard.press('ArrowRight')
  await expect(box.getByRole('heading', { name: 'field 7' })).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expect(box.locator('.lb-f')).toContainText('amber-otter-1')
  await page.keyboard.press('[')
  await expect(box.getByRole('heading', { name: 'field 6' })).toBeVisible(WAIT)
  // Beside the other run: side by side, and where their masks differ.
  await box.getByLabel('Compare with').selectOption({ label: 'quiet-fjord-2' })
  await expect(box.locator('.lb-pair img')).toHaveCount(2, WAIT)
  await box.getByRole('button', { name: 'Masks', exact: true }).click()
  await expect(box.locator('.mask-diff-key')).toContainText(/same \d+\.\d %/, WAIT)
  const same = /same (\d+\.\d) %/.exec((await box.locator('.mask-diff-key').textContent()) ?? '')
  expect(Number(same?.[1])).toBeGreaterThan(30)
  expect(Number(same?.[1])).toBeLessThan(100)
  await box.getByRole('button', { name: 'Pixels', exact: true }).click()
  await expect(box.getByRole('img', { name: /Difference in pixels/ })).toBeVisible(WAIT)
  await page.keyboard.press('Escape')
  await expect(box).toHaveCount(0)
  expectNoComplaints(page)
  await page.context().close()
})

test('steps side by side, and the choice survives a reload', async ({ browser }) => {
  const page = await open(browser, `cells${only('val/one')}`)
  await panel(page, 'val/one').getByRole('button', { name: 'More about val/one' }).click(WAIT)
  await page.getByRole('menuitemradio', { name: 'A column for each step' }).click()
  await expect(panel(page, 'val/one').locator('.media-cols')).toContainText('500')
  await expect(
    panel(page, 'val/one').getByRole('button', { name: /Open field 44, quiet-fjord-2, step 400/ }),
  ).toBeVisible(WAIT)
  await page.reload()
  await expect(panel(page, 'val/one').locator('.media-cols')).toContainText('500', WAIT)
  expectNoComplaints(page)
  await page.context().close()
})

test('sound is drawn, text has its names, pages have no rights, charts are interpreted', async ({ browser }) => {
  const page = await open(browser, `cells${only('(sound|words|page|accuracy|figure|clip|film)')}`, {
    viewport: { width: 1440, height: 2600 },
  })
  await expect
    .poll(
      () =>
        panel(page, 'sound')
          .locator('canvas')
          .first()
          .evaluate(c => (c as HTMLCanvasElement).width),
      WAIT,
    )
    .toBe(600)
  await expect(panel(page, 'words').locator('.ner').first()).toContainText('Ada Lovelace', WAIT)
  const frame = panel(page, 'page').locator('iframe').first()
  await expect(frame).toHaveAttribute('sandbox', 'allow-scripts', WAIT)
  await expect(frame.contentFrame().locator('body')).toContainText('origin null', WAIT)
  // Stills until they are played: the one that was logged, and one that the browser drew of a file that has none.
  for (const [key, kind] of [
    ['clip', 'img'],
    ['film', 'canvas'],
  ] as const) {
    await expect(panel(page, key).locator('video')).toHaveCount(0)
    await expect(panel(page, key).locator(`.vid-still > ${kind}`)).toHaveCount(2)
    const still = panel(page, key).locator('.vid-still').first()
    await expect.poll(() => still.evaluate(lightest), WAIT).toBeGreaterThan(100)
  }
  await panel(page, 'clip')
    .getByRole('button', { name: /^Play clip/ })
    .first()
    .click()
  const video = panel(page, 'clip').locator('video').first()
  await expect.poll(() => video.evaluate(v => (v as HTMLVideoElement).videoWidth), WAIT).toBe(256)
  await expect(panel(page, 'accuracy').locator('canvas')).toBeVisible(WAIT)
  expectNoComplaints(page)
  await page.context().close()
})

test('notes are drawn as a piano roll, heard, and told by track', async ({ browser }) => {
  const page = await open(browser, `cells${only('tune')}`)
  const roll = panel(page, 'tune').getByRole('img', { name: 'Piano roll: 16 notes from C2 to F5' }).first()
  await expect(roll).toBeVisible(WAIT)
  const drawn = await roll.evaluate(
    canvas =>
      (canvas as HTMLCanvasElement)
        .getContext('2d')
        ?.getImageData(0, 0, 480, 160)
        .data.filter(byte => byte > 0).length,
  )
  expect(drawn).toBeGreaterThan(1_000)
  await panel(page, 'tune')
    .getByRole('button', { name: /^Open tune/ })
    .first()
    .click()
  const dialog = page.getByRole('dialog')
  const tracks = dialog.getByRole('list', { name: 'Tracks' }).getByRole('listitem')
  await expect(tracks).toHaveText([/Piano.*8/, /Beat.*Drums.*8/], WAIT)
  await tracks.nth(1).getByRole('button', { name: 'Mute Beat' }).click()
  await expect(tracks.nth(1).getByRole('button')).toHaveAttribute('aria-pressed', 'true')
  await dialog.getByRole('button', { name: /^Play / }).click()
  const clock = dialog.locator('.midi .vid-bar .num').first()
  await expect(clock).not.toContainText('0:00.00 /', WAIT)
  await dialog.getByRole('button', { name: /^Pause / }).click()
  const stood = await clock.textContent()
  await page.waitForTimeout(300)
  expect(await clock.textContent()).toBe(stood)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('link', { name: /^Download/ }).click(),
  ])
  expect(
    readFileSync(await download.path())
      .subarray(0, 4)
      .toString(),
  ).toBe('MThd')
  expectNoComplaints(page)
  await page.context().close()
})

/** The lightest byte of what is drawn in a place; 0 while nothing is. */
function lightest(place: Element): number {
  const image = place.querySelector('img')
  const drawn = place.querySelector('canvas') ?? document.createElement('canvas')
  if (image?.complete) {
    drawn.width = image.naturalWidth
    drawn.height = image.naturalHeight
    drawn.getContext('2d')?.drawImage(image, 0, 0)
  }
  const pixels =
    drawn.width > 0 ? drawn.getContext('2d')?.getImageData(0, 0, drawn.width, drawn.height).data : undefined
  return (pixels ?? new Uint8ClampedArray()).reduce((most, byte, i) => (i % 4 === 3 ? most : Math.max(most, byte)), 0)
}

test('figures of Plotly are drawn, flat ones and those in space', async ({ browser }) => {
  const page = await open(browser, `cells${only('(figure|surface)')}`, { viewport: { width: 1440, height: 1200 } })
  const figure = panel(page, 'figure')
    .getByRole('img', { name: /figure/ })
    .first()
  await expect(figure.locator('.barlayer path')).toHaveCount(4, WAIT)
  await expect(figure.locator('.scatterlayer path.js-line')).toHaveCount(1)
  await expect(figure.getByText('Figure')).toBeVisible()
  const surface = panel(page, 'surface')
    .getByRole('img', { name: /surface/ })
    .first()
  // What WebGL drew is read from the screen: a shaded surface has many colours.
  await expect
    .poll(async () => {
      const shot = await surface.screenshot()
      return page.evaluate(async base64 => {
        const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
        const picture = await createImageBitmap(new Blob([bytes]))
        const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')
        context?.drawImage(picture, 0, 0)
        const data = context?.getImageData(0, 0, picture.width, picture.height).data
        return new Set(new Uint32Array(data?.buffer ?? new ArrayBuffer(0))).size
      }, shot.toString('base64'))
    }, WAIT)
    .toBeGreaterThan(100)
  expectNoComplaints(page)
  await page.context().close()
})

test('two videos of two runs go together, frame by frame', async ({ browser }) => {
  const page = await open(browser, `cells${only('clip')}`)
  await panel(page, 'clip')
    .getByRole('button', { name: /^Open clip, quiet/ })
    .click(WAIT)
  const box = page.getByRole('dialog')
  await box.getByLabel('Compare with').selectOption({ label: 'amber-otter-1' })
  const videos = box.locator('video')
  await expect(videos).toHaveCount(2, WAIT)
  await expect.poll(() => videos.nth(1).evaluate(v => (v as HTMLVideoElement).readyState), WAIT).toBeGreaterThan(1)
  for (let i = 0; i < 3; i++) await box.getByRole('button', { name: 'Next frame' }).click()
  await expect(box.getByText('frame 3')).toBeVisible()
  await expect
    .poll(
      () => videos.evaluateAll(all => all.map(v => Math.floor((v as HTMLVideoElement).currentTime * 8 + 1e-6))),
      WAIT,
    )
    .toEqual([3, 3])
  expectNoComplaints(page)
  await page.context().close()
})

test('things in space turn together, and the address keeps from where', async ({ browser }) => {
  const page = await open(browser, `cells${only('(cloud|drive|molecule)')}`, {
    viewport: { width: 1440, height: 1800 },
  })
  const stages = panel(page, 'cloud').locator('canvas.space-canvas')
  await expect(stages).toHaveCount(2, WAIT)
  await expect(stages.first()).toHaveAttribute('aria-label', /5\s?000 points, 2 boxes/, WAIT)
  const drawn = (i: number) =>
    stages.nth(i).evaluate(canvas => {
      const context = (canvas as HTMLCanvasElement).getContext('2d')
      const { width, height } = canvas as HTMLCanvasElement
      if (!context || width < 2) return ''
      const { data } = context.getImageData(0, 0, width, height)
      let sum = 0
      for (let k = 3; k < data.length; k += 4) sum += (data[k] as number) > 0 ? 1 + (k % 977) : 0
      return String(sum)
    })
  await expect.poll(() => drawn(1), WAIT).not.toBe('0')
  const before = await drawn(1)
  await stages.first().focus()
  await page.keyboard.press('ArrowRight')
  await expect(page).toHaveURL(/camera/, WAIT)
  // The other run turned too.
  await expect.poll(() => drawn(1), WAIT).not.toBe(before)
  await panel(page, 'cloud').getByRole('button', { name: 'Points and boxes' }).click()
  await page.getByRole('checkbox', { name: 'label van' }).click()
  await expect(stages.first()).toHaveAttribute('aria-label', /1 boxes/)
  await page.keyboard.press('Escape')
  await expect(panel(page, 'drive').getByText('0.00 s')).toBeVisible(WAIT)
  await panel(page, 'drive').getByRole('button', { name: 'Next frame' }).click()
  await expect(panel(page, 'drive').getByText('0.10 s')).toBeVisible()
  await expect(panel(page, 'drive').getByRole('img', { name: 'Seen by front' }).first()).toBeVisible(WAIT)
  expectNoComplaints(page)
  await page.context().close()
})

test('a thousand thumbnails are there, and few of them are drawn', async ({ browser }) => {
  const page = await open(browser, `tiles${only('tiles')}`)
  const scroller = panel(page, 'tiles').getByRole('group', { name: /1\s?000 media/ })
  await expect(scroller.getByRole('button').first()).toBeVisible(WAIT)
  expect(await scroller.getByRole('button').count()).toBeLessThan(120)
  await scroller.getByRole('button').first().focus()
  await page.keyboard.press('End')
  await expect(scroller.getByRole('button', { name: /1000 of 1000/ })).toBeFocused()
  expect(await scroller.getByRole('button').count()).toBeLessThan(120)
  expectNoComplaints(page)
  await page.context().close()
})

test('axe finds nothing in media panels and over the screen', async ({ browser }) => {
  const page = await open(browser, `cells${only('(val/one|sound|words|accuracy|tune|film)')}`, {
    bypassCSP: true,
  })
  await expect(
    panel(page, 'val/one')
      .getByRole('button', { name: /Open field/ })
      .first(),
  ).toBeVisible(WAIT)
  await expectAxeFindsNothing(page, 'media panels', ['.panels'])
  await panel(page, 'val/one')
    .getByRole('button', { name: /Open field/ })
    .first()
    .click()
  await expect(page.getByRole('dialog').locator('.im')).toBeVisible(WAIT)
  await expectAxeFindsNothing(page, 'over the screen', ['.lightbox'])
  await page.context().close()
})

test('a phone shows them whole', async ({ browser }) => {
  const page = await open(browser, `cells${only('val/fields')}`, phone)
  await expect(
    panel(page, 'val/fields')
      .getByRole('button', { name: /Open field/ })
      .first(),
  ).toBeVisible(WAIT)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  await panel(page, 'val/fields')
    .getByRole('button', { name: /Open field/ })
    .first()
    .tap()
  await expect(page.getByRole('dialog').locator('.im img')).toBeVisible(WAIT)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  expectNoComplaints(page)
  await page.context().close()
})
