/** The box beside what is pointed at: a head, rows of names and values, a foot. Refilled in place; it never takes the pointer. */

import { colourOf } from './palette'

export interface Facts {
  head: string
  headRight?: string
  rows: readonly { name: string; value: string; colour?: string; isHot?: boolean }[]
  foot?: string
}

function element(tag: string, name: string, text = ''): HTMLElement {
  const made = document.createElement(tag)
  made.className = name
  if (text) made.textContent = text
  return made
}

export class FactTip {
  private readonly box = element('div', 'chart-tip fact-tip')

  constructor(parent: HTMLElement) {
    // In the top layer: no panel that scrolls or is cut cuts it.
    this.box.popover = 'manual'
    this.box.setAttribute('aria-hidden', 'true')
    parent.append(this.box)
  }

  show(facts: Facts, at: { x: number; y: number; isAbove: boolean }): void {
    const head = element('div', 'h')
    head.append(element('span', 'cut', facts.head))
    if (facts.headRight) head.append(element('span', '', facts.headRight))
    const rows = facts.rows.map(({ name, value, colour, isHot }) => {
      const row = element('div', isHot ? 'r hot' : 'r')
      if (colour) {
        const swatch = element('span', 'sw')
        swatch.style.setProperty('--c', colour.startsWith('--') ? colourOf(colour) : colour)
        row.append(swatch)
      }
      row.append(element('span', 'nm cut', name), element('b', '', value))
      return row
    })
    this.box.replaceChildren(head, ...rows)
    if (facts.foot) this.box.append(element('div', 'f', facts.foot))
    this.box.showPopover?.()
    this.place(at)
  }

  hide(): void {
    if (this.box.matches(':popover-open')) this.box.hidePopover()
  }

  destroy(): void {
    this.box.remove()
  }

  /** Beside the point, on the side with room; never under the pointer, never outside the window. */
  private place({ x, y, isAbove }: { x: number; y: number; isAbove: boolean }): void {
    const parent = (this.box.parentElement as HTMLElement).getBoundingClientRect()
    const { offsetWidth: width, offsetHeight: height } = this.box
    const isLeft = parent.left + x + 16 + width > window.innerWidth - 4
    const left = Math.max(4, parent.left + (isLeft ? x - 14 - width : x + 14))
    const top = Math.min(parent.top + (isAbove ? y - height - 24 : y - height / 3), window.innerHeight - 6 - height)
    this.box.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(6, top))}px)`
  }
}
