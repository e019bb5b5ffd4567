/** The box beside the crosshair: the lines' values at one x. Built once, refilled in place; it takes the pointer only when pinned. */

import type { Reading } from './model'
import { formatCount, formatExact, formatValue } from './number'
import { colourOf } from './palette'

export interface TipContent {
  xTitle: string
  xText: string
  yTitle: string
  readings: readonly Reading[]
  shown: readonly Reading[]
  /** The id of the line pointed at. */
  hovered: string | null
  tell: ((reading: Reading) => string) | null
  /** What happened here. */
  notes: readonly string[]
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

/** All readings as lines of text, with every digit: what copying a tip gives. */
export function tipText({ xTitle, xText, yTitle, readings }: TipContent): string {
  const lines = readings.map(({ series, value, row }) => {
    const bounds = series.low && series.high ? `\t${series.low[row]}\t${series.high[row]}` : ''
    return `${series.label}\t${formatExact(value).replaceAll('−', '-').replaceAll('\u2009', '')}${bounds}`
  })
  return [`${xTitle} ${xText}\t${yTitle}`, ...lines].join('\n')
}

export class Tip {
  private readonly box: HTMLElement
  private readonly host: HTMLElement
  private content: TipContent | null = null
  private readonly onCopy: (text: string) => void
  isPinned = false

  /** Beside `host`, not in it: what is a picture to a screen reader holds no buttons. */
  constructor(host: HTMLElement, onCopy: (text: string) => void) {
    this.host = host
    this.onCopy = onCopy
    this.box = element('div', 'chart-tip')
    this.box.hidden = true
    this.box.dataset.floats = ''
    this.box.setAttribute('aria-hidden', 'true')
    ;(host.parentElement ?? host).append(this.box)
  }

  get text(): string {
    return this.content ? tipText(this.content) : ''
  }

  show(content: TipContent, at: { x: number; y: number; isAbove: boolean }): void {
    if (this.isPinned) return
    this.fill(content)
    this.box.hidden = false
    this.place(at)
  }

  hide(): void {
    if (!this.isPinned) this.box.hidden = true
  }

  /** Keeps the tip where it is, with its text to be selected and copied. */
  pin(): void {
    if (this.box.hidden || !this.content) return
    this.isPinned = true
    this.box.classList.add('pinned')
    this.box.removeAttribute('aria-hidden')
    this.box.setAttribute('role', 'group')
    this.box.setAttribute('aria-label', 'Values pinned')
    const acts = element('div', 'acts')
    const copy = element('button', 'btn sm', 'Copy') as HTMLButtonElement
    const close = element('button', 'btn ghost sm', 'Unpin') as HTMLButtonElement
    copy.type = close.type = 'button'
    copy.addEventListener('click', () => this.onCopy(this.text))
    close.addEventListener('click', () => this.unpin())
    acts.append(copy, close)
    this.box.append(acts)
  }

  unpin(): void {
    this.isPinned = false
    this.box.classList.remove('pinned')
    this.box.removeAttribute('role')
    this.box.removeAttribute('aria-label')
    this.box.setAttribute('aria-hidden', 'true')
    this.box.hidden = true
  }

  destroy(): void {
    this.box.remove()
  }

  private fill(content: TipContent): void {
    this.content = content
    const { xTitle, xText, yTitle, readings, shown, hovered, tell } = content
    const head = element('div', 'h')
    head.append(element('span', '', `${xTitle} ${xText}`), element('span', 'cut', yTitle))
    const rows = shown.map(reading => {
      const { series, row, value } = reading
      const line = element('div', series.id === hovered ? 'r hot' : 'r')
      line.append(swatch(reading), element('span', 'nm cut', series.label))
      if (series.isGroup) line.append(element('span', 'n', `n ${formatCount(series.count[row] ?? 0)}`))
      line.append(element('b', '', tell ? tell(reading) : formatValue(value)))
      return line
    })
    this.box.replaceChildren(head, ...rows)
    for (const note of content.notes) this.box.append(element('div', 'note', note))
    const foot = footOf(content)
    if (foot) this.box.append(element('div', 'f', foot))
    else if (readings.length === 0) this.box.append(element('div', 'f', 'No value here'))
  }

  /** Beside the crosshair, on the side with room; never under the pointer, never outside the window. */
  private place({ x, y, isAbove }: { x: number; y: number; isAbove: boolean }): void {
    const parent = this.host.getBoundingClientRect()
    const around = (this.box.parentElement as HTMLElement).getBoundingClientRect()
    const { offsetWidth: width, offsetHeight: height } = this.box
    const isLeft = parent.left + x + 16 + width > window.innerWidth - 4
    let left = isLeft ? x - 14 - width : x + 14
    left = Math.max(4 - parent.left, left)
    let top = isAbove ? y - height - 24 : y - height / 3
    top = Math.min(top, window.innerHeight - 6 - height - parent.top)
    top = Math.max(top, 6 - parent.top)
    left += parent.left - around.left
    top += parent.top - around.top
    this.box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`
  }
}

function footOf({ readings, shown, hovered }: TipContent): string {
  const parts: string[] = []
  const reading = shown.find(({ series }) => series.id === hovered)
  if (reading) {
    const { series, row } = reading
    const low = formatValue(series.low?.[row] ?? Number.NaN)
    const high = formatValue(series.high?.[row] ?? Number.NaN)
    const count = series.count[row] ?? 0
    if (series.low && series.isGroup) parts.push(`band ${low} to ${high}`)
    else if (series.low && count > 1) parts.push(`${formatCount(count)} points here, ${low} to ${high}`)
    if (series.raw) parts.push(`as logged ${formatValue(series.raw[row] ?? Number.NaN)}`)
  }
  if (shown.length < readings.length) parts.push(`${shown.length} of ${readings.length} shown, by value`)
  return parts.join(' · ')
}
