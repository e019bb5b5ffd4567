/** The box beside the crosshair: the lines' values at one x. Built once, refilled in place; it never takes the pointer. */

import type { Reading } from './model'
import { formatCount, formatValue } from './number'
import { colourOf } from './palette'

export interface TipContent {
  xTitle: string
  xText: string
  yTitle: string
  readings: readonly Reading[]
  shown: readonly Reading[]
  hovered: string | null
}

function element(tag: string, name: string, text = ''): HTMLElement {
  const made = document.createElement(tag)
  made.className = name
  if (text) made.textContent = text
  return made
}

function swatch(reading: Reading): HTMLElement {
  const made = element('span', reading.series.dash.length > 0 ? 'sw dash' : 'sw')
  made.style.setProperty('--c', colourOf(reading.series.colour))
  return made
}

export class Tip {
  private readonly box: HTMLElement

  constructor(parent: HTMLElement) {
    this.box = element('div', 'chart-tip')
    this.box.hidden = true
    this.box.setAttribute('aria-hidden', 'true')
    parent.append(this.box)
  }

  show(content: TipContent, at: { x: number; y: number; isAbove: boolean }): void {
    const { xTitle, xText, yTitle, readings, shown, hovered } = content
    const head = element('div', 'h')
    head.append(element('span', '', `${xTitle} ${xText}`), element('span', 'cut', yTitle))
    const rows = shown.map(reading => {
      const row = element('div', reading.series.id === hovered ? 'r hot' : 'r')
      row.append(
        swatch(reading),
        element('span', 'nm cut', reading.series.label),
        element('b', '', formatValue(reading.value)),
      )
      return row
    })
    this.box.replaceChildren(head, ...rows)
    const foot = footOf(content)
    if (foot) this.box.append(element('div', 'f', foot))
    else if (readings.length === 0) this.box.append(element('div', 'f', 'No value here'))
    this.box.hidden = false
    this.place(at)
  }

  hide(): void {
    this.box.hidden = true
  }

  destroy(): void {
    this.box.remove()
  }

  /** Beside the crosshair, on the side with room; never under the pointer, never outside the window. */
  private place({ x, y, isAbove }: { x: number; y: number; isAbove: boolean }): void {
    const parent = (this.box.parentElement as HTMLElement).getBoundingClientRect()
    const { offsetWidth: width, offsetHeight: height } = this.box
    const isLeft = parent.left + x + 16 + width > window.innerWidth - 4
    let left = isLeft ? x - 14 - width : x + 14
    left = Math.max(4 - parent.left, left)
    let top = isAbove ? y - height - 24 : y - height / 3
    top = Math.min(top, window.innerHeight - 6 - height - parent.top)
    top = Math.max(top, 6 - parent.top)
    this.box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`
  }
}

function footOf({ readings, shown, hovered }: TipContent): string {
  const parts: string[] = []
  const reading = shown.find(({ series }) => series.id === hovered)
  if (reading && reading.series.low && reading.series.high && (reading.series.count[reading.row] ?? 0) > 1) {
    const { series, row } = reading
    const low = formatValue(series.low?.[row] ?? Number.NaN)
    const high = formatValue(series.high?.[row] ?? Number.NaN)
    parts.push(`${formatCount(series.count[row] ?? 0)} points here, ${low} to ${high}`)
  }
  if (shown.length < readings.length) parts.push(`${shown.length} of ${readings.length} shown, by value`)
  return parts.join(' · ')
}
