/** Reads a drawn page for two faults that no unit test sees: text that is cut, and text that lies on other text. */

import type { Page } from '@playwright/test'

export interface LayoutFaults {
  /** Wider than the window: the page scrolls sideways. */
  overflowPx: number
  cut: string[]
  overlapping: string[]
}

export function layoutFaults(page: Page): Promise<LayoutFaults> {
  return page.evaluate(() => {
    const isShown = (element: Element) => {
      const box = element.getBoundingClientRect()
      const style = getComputedStyle(element)
      return (
        box.width > 1 &&
        box.height > 1 &&
        style.visibility !== 'hidden' &&
        style.opacity !== '0' &&
        !element.closest('.vh')
      )
    }
    const withText = [...document.querySelectorAll('.rail *, .topbar *, main *')].filter(
      element =>
        isShown(element) &&
        [...element.childNodes].some(node => node.nodeType === 3 && (node.textContent ?? '').trim() !== ''),
    )
    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()}.${element.className} “${(element.textContent ?? '').trim().slice(0, 40)}”`

    // Meant to be cut, with the whole text elsewhere: .cut. Meant to scroll: code and tables.
    const cut = withText
      .filter(element => !element.closest('.cut, .codebox, .scroll-x, .dg, canvas, svg'))
      .filter(element => {
        const hides = getComputedStyle(element).overflowX !== 'visible'
        return hides && element.scrollWidth > element.clientWidth + 1
      })
      .map(nameOf)

    const boxes = withText
      .filter(element => !element.closest('.codebox, .dg, .scroll-x, .u-over, svg'))
      .map(element => {
        const range = document.createRange()
        range.selectNodeContents(element)
        return { element, box: range.getBoundingClientRect() }
      })
      .filter(({ box }) => box.bottom > 0 && box.top < innerHeight)
    const overlapping: string[] = []
    for (const [index, a] of boxes.entries()) {
      for (const b of boxes.slice(index + 1)) {
        if (a.element.contains(b.element) || b.element.contains(a.element)) continue
        const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left)
        const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top)
        // Bars may lie over what scrolls under them; everything else may not.
        const areBothInMain = a.element.closest('main') !== null && b.element.closest('main') !== null
        const areBothOutside = a.element.closest('main') === null && b.element.closest('main') === null
        if (width > 2 && height > 3 && (areBothInMain || areBothOutside))
          overlapping.push(`${nameOf(a.element)} and ${nameOf(b.element)}`)
      }
    }
    return { overflowPx: document.documentElement.scrollWidth - innerWidth, cut, overlapping }
  })
}
