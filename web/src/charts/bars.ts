/** Bars, boxes and violins, upright or lying: one per run or per group. Bars start at zero; every box says how many runs it is of. */

import { type Box } from './axesBox'
import { formatCount, formatValue } from './number'
import { colourOf } from './palette'
import type { Pen } from './pen'
import { cutText, FONT, Picture, type PictureOptions, type Point, type Size } from './picture'
import type { AxisTick, NumberAxis } from './scales'
import type { Summary } from './statistics'

export interface BarItem {
  label: string
  /** A custom property. */
  token: string
  /** The run it stands for; empty: a group. */
  run: string
  /** Of a bar: its length. */
  value: number
  /** Ends of the whisker; NaN: none. */
  low: number
  high: number
  summary: Summary
  /** Each run's value and name, ascending by value. */
  points: Float64Array
  names: readonly string[]
  /** Of a violin: width 0…1 along evenly spaced values from min to max. */
  outline: { from: number; to: number; widths: Float64Array } | null
}

export interface BarModel {
  draw: 'bar' | 'box' | 'violin'
  isVertical: boolean
  axis: NumberAxis
  ticks: readonly AxisTick[]
  valueTitle: string
  errorTitle: string
  items: readonly BarItem[]
}

/** Jitter is the same in every drawing: a point keeps its place. */
const jitter = (i: number): number => (((i + 1) * 2_654_435_761) % 1000) / 1000 - 0.5
const POINTS_MAX = 2000
const LABEL_ROOM = 0.34

export class BarChart extends Picture<BarModel> {
  private box: Box = { left: 0, top: 0, width: 1, height: 1 }
  private current = -1

  constructor(host: HTMLElement, options: PictureOptions) {
    super(host, options)
    this.listen('pointermove', event => this.point(this.place(event)))
    this.listen('pointerdown', event => event.pointerType !== 'mouse' && this.point(this.place(event)))
    this.listen('pointerleave', () => this.left())
    this.listen('blur', () => this.left())
    this.listen('click', event => {
      const item = this.model?.items[this.current]
      if (item?.run) this.events.onOpenRun(item.run, event.ctrlKey || event.metaKey)
    })
    this.listen('keydown', event => this.key(event))
  }

  override set(model: BarModel): void {
    if (model.items.length !== this.model?.items.length) this.current = -1
    super.set(model)
  }

  protected paint(pen: Pen, model: BarModel, size: Size): void {
    this.box = this.layOut(pen, model, size)
    this.paintScale(pen, model)
    model.items.forEach((item, i) => {
      this.paintLabel(pen, model, item, i)
      if (model.draw === 'bar') this.paintBar(pen, model, item, i)
      else this.paintBox(pen, model, item, i)
    })
  }

  protected override paintOver(ctx: CanvasRenderingContext2D, model: BarModel): void {
    const { run, source } = this.hover.value
    const hovered = run === null ? this.current : model.items.findIndex(item => item.run === run)
    const item = model.items[hovered]
    this.canvas.style.opacity = item && run !== null ? '0.5' : ''
    if (!item) {
      if (source !== this.id) this.tip.hide()
      return
    }
    const { from, size } = this.band(model, hovered)
    ctx.fillStyle = colourOf('--fill-1')
    const { left, top, width, height } = this.box
    if (model.isVertical) ctx.fillRect(from, top, size, height)
    else ctx.fillRect(left, from, width, size)
    if (model.draw === 'bar') this.paintBar(ctx, model, item, hovered)
    else this.paintBox(ctx, model, item, hovered)
  }

  // ---- layout: values run along, items across

  private layOut(pen: Pen, model: BarModel, size: Size): Box {
    pen.font = FONT
    const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(text => pen.measureText(text).width))
    if (model.isVertical) {
      const left = Math.min(widest(model.ticks.map(({ text }) => text)) + 14, size.width * 0.4)
      const bottom = model.draw === 'bar' ? 22 : 36
      return { left, top: 10, width: size.width - left - 8, height: Math.max(20, size.height - 10 - bottom) }
    }
    const left = Math.min(widest(model.items.map(({ label }) => label)) + 12, size.width * LABEL_ROOM)
    const right = model.draw === 'bar' ? 58 : 48
    return { left, top: 2, width: Math.max(20, size.width - left - right), height: Math.max(20, size.height - 24) }
  }

  private band(model: BarModel, i: number): { from: number; size: number; middle: number } {
    const { left, top, width, height } = this.box
    const size = (model.isVertical ? width : height) / Math.max(1, model.items.length)
    const from = (model.isVertical ? left : top) + i * size
    return { from, size, middle: from + size / 2 }
  }

  private along(model: BarModel, value: number): number {
    const { left, top, width, height } = this.box
    const part = Math.max(-0.02, Math.min(1.02, model.axis.place(value)))
    return model.isVertical ? top + (1 - part) * height : left + part * width
  }

  private paintScale(pen: Pen, model: BarModel): void {
    const { left, top, width, height } = this.box
    pen.font = FONT
    pen.lineWidth = 1
    for (const { at, text } of model.ticks) {
      const place = Math.round(this.along(model, at)) + 0.5
      pen.strokeStyle = colourOf(at === 0 ? '--chart-axis' : '--chart-grid')
      pen.fillStyle = colourOf('--chart-label')
      pen.beginPath()
      if (model.isVertical) {
        pen.moveTo(left, place)
        pen.lineTo(left + width, place)
        pen.textAlign = 'right'
        pen.textBaseline = 'middle'
        pen.fillText(text, left - 7, place)
      } else {
        pen.moveTo(place, top)
        pen.lineTo(place, top + height)
        pen.textAlign = 'center'
        pen.textBaseline = 'alphabetic'
        pen.fillText(text, place, top + height + 16)
      }
      pen.stroke()
    }
  }

  private paintLabel(pen: Pen, model: BarModel, item: BarItem, i: number): void {
    const { middle, size } = this.band(model, i)
    pen.font = FONT
    pen.globalAlpha = 1
    const text = item.label
    const { left, top, width, height } = this.box
    if (!model.isVertical) {
      if (size < 9) return
      pen.textBaseline = 'middle'
      pen.textAlign = 'right'
      pen.fillStyle = colourOf('--text-2')
      pen.fillText(cutText(pen, text, left - 10), left - 7, middle)
      pen.textAlign = 'left'
      pen.fillStyle = colourOf(model.draw === 'bar' ? '--text-1' : '--text-3')
      const said = model.draw === 'bar' ? formatValue(item.value) : `n ${formatCount(item.summary.n)}`
      if (model.draw === 'bar') {
        const end = Math.max(
          this.along(model, item.value),
          this.along(model, item.high || item.value),
          this.along(model, 0),
        )
        pen.fillText(said, Math.min(left + width + 4, (Number.isNaN(end) ? left : end) + 6), middle)
      } else pen.fillText(said, left + width + 8, middle)
      return
    }
    const foot = top + height
    pen.fillStyle = colourOf('--text-2')
    if (size > 26) {
      pen.textAlign = 'center'
      pen.textBaseline = 'alphabetic'
      pen.fillText(cutText(pen, text, size - 4), middle, foot + 15)
      if (model.draw === 'bar') return
      pen.fillStyle = colourOf('--text-3')
      pen.fillText(`n ${formatCount(item.summary.n)}`, middle, foot + 29)
    } else if (size > 11) {
      pen.textAlign = 'center'
      pen.textBaseline = 'alphabetic'
      // Letters under each other would not be read: the start of the name, and the whole in the tip.
      pen.fillText(cutText(pen, text, Math.max(size - 2, 12)), middle, foot + 15)
    }
  }

  private paintBar(pen: Pen, model: BarModel, item: BarItem, i: number): void {
    const { middle, size } = this.band(model, i)
    const thick = Math.max(1, Math.min(18, size * 0.66))
    const zero = this.along(model, model.axis.kind === 'log' ? model.axis.low : 0)
    const end = this.along(model, item.value)
    pen.fillStyle = colourOf(item.token)
    pen.globalAlpha = 0.85
    const [from, length] = [Math.min(zero, end), Math.max(0.5, Math.abs(end - zero))]
    if (!Number.isNaN(end)) {
      if (model.isVertical) pen.fillRect(middle - thick / 2, from, thick, length)
      else pen.fillRect(from, middle - thick / 2, length, thick)
    }
    pen.globalAlpha = 1
    this.whisker(pen, model, middle, item.low, item.high, Math.min(4, thick / 2), '--text-1')
  }

  private whisker(
    pen: Pen,
    model: BarModel,
    middle: number,
    low: number,
    high: number,
    cap: number,
    token: string,
  ): void {
    if (!(low < high)) return
    const [a, b] = [this.along(model, low), this.along(model, high)]
    pen.strokeStyle = colourOf(token)
    pen.lineWidth = 1.4
    pen.beginPath()
    const line = (x1: number, y1: number, x2: number, y2: number): void => {
      if (model.isVertical) {
        pen.moveTo(y1, x1)
        pen.lineTo(y2, x2)
      } else {
        pen.moveTo(x1, y1)
        pen.lineTo(x2, y2)
      }
    }
    line(a, middle, b, middle)
    line(a, middle - cap, a, middle + cap)
    line(b, middle - cap, b, middle + cap)
    pen.stroke()
  }

  private paintBox(pen: Pen, model: BarModel, item: BarItem, i: number): void {
    const { middle, size } = this.band(model, i)
    const half = Math.max(2, Math.min(22, size * 0.38))
    const { q1, median, q3, whiskerLow, whiskerHigh, n } = item.summary
    if (n === 0) return
    const colour = colourOf(item.token)
    if (model.draw === 'violin' && item.outline) this.paintViolin(pen, model, item.outline, middle, half, colour)
    this.paintPoints(pen, model, item, middle, half, colour)
    pen.globalAlpha = 1
    const thick = model.draw === 'violin' ? Math.min(3, half / 3) : half * 0.8
    this.whisker(pen, model, middle, whiskerLow, q1, thick / 2, item.token)
    this.whisker(pen, model, middle, q3, whiskerHigh, thick / 2, item.token)
    const [a, b] = [this.along(model, q1), this.along(model, q3)]
    pen.strokeStyle = colour
    pen.lineWidth = 1.4
    const [from, length] = [Math.min(a, b), Math.abs(b - a)]
    if (model.isVertical) pen.strokeRect(middle - thick, from, thick * 2, length)
    else pen.strokeRect(from, middle - thick, length, thick * 2)
    const at = this.along(model, median)
    pen.strokeStyle = colourOf('--text-1')
    pen.lineWidth = 2
    pen.beginPath()
    if (model.isVertical) {
      pen.moveTo(middle - thick, at)
      pen.lineTo(middle + thick, at)
    } else {
      pen.moveTo(at, middle - thick)
      pen.lineTo(at, middle + thick)
    }
    pen.stroke()
  }

  private paintViolin(
    pen: Pen,
    model: BarModel,
    { from, to, widths }: NonNullable<BarItem['outline']>,
    middle: number,
    half: number,
    colour: string,
  ): void {
    const n = widths.length
    const at = (k: number): number => this.along(model, from + ((to - from) * k) / (n - 1))
    const point = (k: number, side: number, isFirst: boolean): void => {
      const [x, y] = [at(k), middle + side * half * (widths[k] as number)]
      const [px, py] = model.isVertical ? [y, x] : [x, y]
      if (isFirst) pen.moveTo(px, py)
      else pen.lineTo(px, py)
    }
    pen.beginPath()
    for (let k = 0; k < n; k++) point(k, -1, k === 0)
    for (let k = n - 1; k >= 0; k--) point(k, 1, false)
    pen.closePath()
    pen.fillStyle = pen.strokeStyle = colour
    pen.globalAlpha = 0.2
    pen.fill()
    pen.globalAlpha = 0.8
    pen.lineWidth = 1
    pen.stroke()
  }

  private paintPoints(pen: Pen, model: BarModel, item: BarItem, middle: number, half: number, colour: string): void {
    const n = item.points.length
    const stride = Math.max(1, Math.ceil(n / POINTS_MAX))
    pen.fillStyle = colour
    pen.globalAlpha = n > 200 ? 0.25 : 0.55
    for (let i = 0; i < n; i += stride) {
      const at = this.along(model, item.points[i] as number)
      const across = middle + jitter(i) * half * 1.2
      pen.beginPath()
      if (model.isVertical) pen.arc(across, at, 1.8, 0, Math.PI * 2)
      else pen.arc(at, across, 1.8, 0, Math.PI * 2)
      pen.fill()
    }
  }

  // ---- pointer and keyboard

  private point(point: Point): void {
    const { model, box } = this
    if (!model) return
    const across = model.isVertical ? point.x - box.left : point.y - box.top
    const size = (model.isVertical ? box.width : box.height) / Math.max(1, model.items.length)
    const at = Math.floor(across / size)
    if (at < 0 || at >= model.items.length) this.left()
    else this.show(at, point)
  }

  private show(at: number, point: Point): void {
    const model = this.model as BarModel
    const item = model.items[at] as BarItem
    this.current = at
    this.host.style.cursor = item.run ? 'pointer' : ''
    this.hover.set({ run: item.run || null, x: null, axis: '', source: this.id })
    this.tip.show(
      { head: item.label, headRight: model.valueTitle, rows: factsOf(model, item) },
      { x: point.x, y: point.y, isAbove: point.isTouch },
    )
    this.redrawOver()
  }

  private left(): void {
    if (this.current < 0) return
    this.current = -1
    this.tip.hide()
    this.hover.clear(this.id)
    this.redrawOver()
  }

  private key(event: KeyboardEvent): void {
    const { model, box } = this
    if (!model || model.items.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return
    const steps: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }
    const step = steps[event.key]
    let next = this.current
    if (step !== undefined) next = Math.max(0, Math.min(model.items.length - 1, this.current + step))
    else if (event.key === 'Home') next = 0
    else if (event.key === 'End') next = model.items.length - 1
    else if (event.key === 'o' && model.items[this.current]?.run)
      this.events.onOpenRun((model.items[this.current] as BarItem).run, false)
    else return
    event.preventDefault()
    event.stopPropagation()
    if (event.key === 'o') return
    const { middle } = this.band(model, next)
    this.show(next, {
      ...(model.isVertical ? { x: middle, y: box.top + 20 } : { x: box.left + box.width / 2, y: middle }),
      isTouch: false,
    })
    const item = model.items[next] as BarItem
    const facts = factsOf(model, item).map(({ name, value }) => `${name} ${value}`)
    this.events.onSpeak(`${item.label}, ${facts.join(', ')}, ${next + 1} of ${model.items.length}`)
  }
}

function factsOf(model: BarModel, item: BarItem): { name: string; value: string }[] {
  const { n, min, q1, median, q3, max, mean, std } = item.summary
  const fact = (name: string, value: number): { name: string; value: string } => ({ name, value: formatValue(value) })
  if (model.draw === 'bar' && item.run) return [fact(model.valueTitle, item.value)]
  const count = { name: 'Runs', value: formatCount(n) }
  if (model.draw === 'bar') {
    const rows = [fact('Mean', item.value)]
    if (item.low < item.high)
      rows.push({ name: model.errorTitle, value: `${formatValue(item.low)} – ${formatValue(item.high)}` })
    return [...rows, count]
  }
  return [
    fact('Highest', max),
    fact('Upper quartile', q3),
    fact('Median', median),
    fact('Lower quartile', q1),
    fact('Lowest', min),
    { name: 'Mean ± std', value: n > 1 ? `${formatValue(mean)} ± ${formatValue(std)}` : formatValue(mean) },
    count,
  ]
}
