import { afterEach, beforeEach, expect, it } from 'vitest'
import { tellCutTexts } from './cutTexts'

let stop = (): void => undefined
beforeEach(() => {
  stop = tellCutTexts(document)
})
afterEach(() => {
  stop()
  document.body.replaceChildren()
})

function text(html: string, roomPx: number): HTMLElement {
  document.body.innerHTML = html
  const cut = document.querySelector<HTMLElement>('.cut')!
  Object.defineProperty(cut, 'clientWidth', { value: roomPx, configurable: true })
  Object.defineProperty(cut, 'scrollWidth', { get: () => Math.max(roomPx, cut.textContent.length * 8) })
  return cut
}

const point = (at: Element) => at.dispatchEvent(new Event('pointerover', { bubbles: true }))

it('a cut text is told where it is pointed at, as it is then', () => {
  const cut = text('<p class="cut">A <b>long</b> name\n of a project</p>', 40)
  point(cut.querySelector('b')!)
  expect(cut.title).toBe('A long name of a project')
  cut.textContent = 'Another long name'
  point(cut)
  expect(cut.title).toBe('Another long name')
  cut.textContent = 'Short'
  point(cut)
  expect(cut.hasAttribute('title')).toBe(false)
})

it('a text with room, and one that says more of its own, are left as they are', () => {
  const short = text('<p class="cut">Name</p>', 400)
  point(short)
  expect(short.hasAttribute('title')).toBe(false)
  const own = text('<p title="All of it"><span class="cut">A long name of a project</span></p>', 40)
  point(own)
  expect(own.hasAttribute('title')).toBe(false)
})
