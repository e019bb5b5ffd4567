/**
 * How much each parameter tells about a metric: a bar with its interval, the correlation from zero, and beside it how the metric
 * goes with the parameter that is chosen.
 */

import { boxOf, paintAxes } from './axesBox'
import { formatValue } from './number'
import { colourOf } from './palette'
import type { Pen } from './pen'
import { cutText, FONT, LABEL_FONT, Picture, type PictureOptions, type Point, type Size } from './picture'
import { axisTicks, extent, isSpread, numberAxis, opened, padded, type AxisTick } from './scales'

export interface ImportanceRow {
  key: string
  title: string
  importance: number
  low: number
  high: number
  /** −1…1; null: it has kinds, not numbers. */
  correlation: number | null
  byKind: readonly { kind: string; mean: number }[]
}

export interface Dependence {
  title: string
  yTitle: string
  grid: readonly number[] | readonly string[]
  mean: readonly number[]
  low: readonly number[]
  high: readonly number[]
}

export interface ImportanceModel {
  rows: readonly ImportanceRow[]
  shown: string
  partial: Dependence | null
}

export interface ImportanceEvents {
  onShow(key: string): void
}

export const ROW_PX = 22
export const HEAD_PX = 22
const SIDE_MIN_PX = 620
const PARTIAL_PART = 0.42

export class ImportanceChart extends Picture<ImportanceModel> {
  private readonly own: ImportanceEvents
  private current = -1

  constructor(host: HTMLElement, options: PictureOptions, own: ImportanceEvents) {
    super(host, options)
    this.own = own
    this.listen('pointermove', event => this.point(this.place(event)))
    this.listen('pointerdown', event => event.pointerType !== 'mouse' && this.point(this.place(event)))
    this.listen('pointerleave', () => this.show(-1))
    this.listen('blur', () => this.show(-1))
    this.listen('click', () => this.choose())
    this.listen('keydown', event => this.key(event))
  }

  private choose(): void {
    const row = this.model?.rows[this.current]
    if (row) this.own.onShow(row.key)
  }

  private split(size: Size, hasPartial: boolean): { list: Size; partial: Size; left: number; top: number } {
    if (!hasPartial) return { list: size, partial: size, left: 0, top: 0 }
    if (size.width >= SIDE_MIN_PX) {
      const width = Math.round(size.width * PARTIAL_PART)
      return {
        list: { width: size.width - width - 16, height: size.height },
        partial: { width, height: size.height },
        left: size.width - width,
        top: 0,
      }
    }
    const height = Math.round(Math.min(size.height * PARTIAL_PART, 170))
    return {
      list: { width: size.width, height: size.height - height - 8 },
      partial: { width: size.width, height },
      left: 0,
      top: size.height - height,
    }
  }

  private rowHeight(model: ImportanceModel, list: Size): number {
    return Math.max(14, Math.min(28, (list.height - HEAD_PX) / Math.max(1, model.rows.length)))
  }

  protected paint(pen: Pen, model: ImportanceModel, size: Size): void {
    const { list, partial, left, top } = this.split(size, model.partial !== null)
    this.paintList(pen, model, list)
    if (!model.partial) return
    // The dependence has a frame of its own: drawn through a pen that is moved there.
    this.paintPartial(movedPen(pen, left, top), model.partial, partial)
  }

  protected override paintOver(ctx: CanvasRenderingContext2D, model: ImportanceModel, size: Size): void {
    if (this.current < 0) return
    const { list } = this.split(size, model.partial !== null)
    const height = this.rowHeight(model, list)
    ctx.fillStyle = colourOf('--fill-1')
    ctx.fillRect(0, HEAD_PX + this.current * height, list.width, height)
  }

  private columns(width: number): {
    name: number
    bar: number
    barWidth: number
    value: number
    corr: number
    axis: number
    axisWidth: number
  } {
    const isNarrow = width < 360
    const name = Math.min(130, width * 0.27)
    const value = isNarrow ? 44 : 82
    const corr = isNarrow ? 40 : 92
    const barWidth = Math.max(30, width - name - value - corr - 30)
    const bar = name + 10
    return {
      name,
      bar,
      barWidth,
      value: bar + barWidth + 10 + value,
      corr: width - corr + 36,
      axis: width - corr + 42,
      axisWidth: isNarrow ? 0 : corr - 44,
    }
  }

  private paintList(pen: Pen, model: ImportanceModel, list: Size): void {
    const c = this.columns(list.width)
    const height = this.rowHeight(model, list)
    const most = Math.max(1e-9, ...model.rows.map(row => Math.max(row.importance, row.high)))
    pen.textBaseline = 'middle'
    pen.font = LABEL_FONT
    pen.fillStyle = colourOf('--text-3')
    pen.textAlign = 'left'
    pen.fillText('Parameter', 4, HEAD_PX / 2)
    pen.fillText('Importance', c.bar, HEAD_PX / 2)
    pen.textAlign = 'right'
    pen.fillText(c.axisWidth > 0 ? 'Correlation' : 'Corr.', list.width - 2, HEAD_PX / 2)
    model.rows.forEach((row, i) => {
      const y = HEAD_PX + i * height + height / 2
      const isShown = row.key === model.shown
      pen.font = isShown ? '600 12px Geist, system-ui, sans-serif' : '500 12px Geist, system-ui, sans-serif'
      pen.textAlign = 'left'
      pen.fillStyle = colourOf('--text-1')
      pen.fillText(cutText(pen, row.title, c.name - 4), 4, y)
      pen.fillStyle = colourOf('--sunken')
      pen.fillRect(c.bar, y - 4, c.barWidth, 8)
      const x = (value: number): number => c.bar + (Math.max(0, value) / most) * c.barWidth
      pen.fillStyle = colourOf('--text-3')
      pen.fillRect(c.bar, y - 4, Math.max(1, x(row.importance) - c.bar), 8)
      pen.fillStyle = colourOf('--text-1')
      pen.fillRect(x(row.low), y - 1, Math.max(1, x(row.high) - x(row.low)), 2)
      pen.fillRect(x(row.low), y - 4, 1.5, 8)
      pen.fillRect(x(row.high) - 1.5, y - 4, 1.5, 8)
      this.paintValue(pen, row, c.value, y, c.axisWidth > 0)
      this.paintCorrelation(pen, row, c, y)
    })
  }

  private paintValue(pen: Pen, row: ImportanceRow, right: number, y: number, hasInterval: boolean): void {
    pen.textAlign = 'right'
    let end = right
    if (hasInterval) {
      pen.font = FONT
      pen.fillStyle = colourOf('--text-3')
      const text = ` ± ${((row.high - row.low) / 2).toFixed(2)}`
      pen.fillText(text, end, y)
      end -= pen.measureText(text).width
    }
    pen.font = LABEL_FONT
    pen.fillStyle = colourOf('--text-1')
    pen.fillText(row.importance.toFixed(2), end, y)
  }

  private paintCorrelation(
    pen: Pen,
    row: ImportanceRow,
    c: { corr: number; axis: number; axisWidth: number },
    y: number,
  ): void {
    pen.font = FONT
    pen.textAlign = 'right'
    if (row.correlation === null) {
      pen.fillStyle = colourOf('--text-3')
      pen.fillText('by kind', c.axisWidth > 0 ? c.corr + 12 : c.corr, y)
      return
    }
    pen.fillStyle = colourOf('--text-2')
    const sign = row.correlation < 0 ? '−' : '+'
    pen.fillText(`${sign}${Math.abs(row.correlation).toFixed(2)}`, c.corr, y)
    if (c.axisWidth <= 0) return
    const zero = c.axis + c.axisWidth / 2
    const length = (Math.abs(row.correlation) * c.axisWidth) / 2
    pen.fillStyle = colourOf('--line-3')
    pen.fillRect(zero, y - 6, 1, 12)
    pen.fillStyle = colourOf(row.correlation < 0 ? '--div-2' : '--div-8')
    pen.fillRect(row.correlation < 0 ? zero - length : zero + 1, y - 3, Math.max(0.5, length), 6)
  }

  private paintPartial(pen: Pen, partial: Dependence, size: Size): void {
    const isKinds = partial.grid.some(value => typeof value === 'string')
    const numbers = isKinds ? partial.grid.map((_, i) => i) : (partial.grid as readonly number[])
    const kind = !isKinds && isSpread(numbers) ? 'log' : 'linear'
    const range = isKinds ? ([-0.5, numbers.length - 0.5] as [number, number]) : opened(extent(numbers) ?? [0, 1], kind)
    const x = numberAxis(kind, ...range)
    const y = numberAxis(
      'linear',
      ...padded(opened(extent([...partial.low, ...partial.high, ...partial.mean]) ?? [0, 1]), 'linear'),
    )
    const yTicks = axisTicks(y, 4)
    const xTicks: AxisTick[] = isKinds
      ? partial.grid.map((text, at) => ({ at, text: String(text) }))
      : axisTicks(x, Math.max(2, size.width / 80))
    const titles = { x: partial.title, y: partial.yTitle }
    const box = boxOf(pen, size, yTicks, titles)
    paintAxes(pen, box, { place: x.place, ticks: xTicks }, { place: y.place, ticks: yTicks }, titles)
    const px = (value: number): number => box.left + x.place(value) * box.width
    const py = (value: number): number => box.top + (1 - y.place(value)) * box.height
    if (isKinds) {
      numbers.forEach((at, i) => {
        pen.strokeStyle = colourOf('--text-2')
        pen.lineWidth = 1.4
        pen.beginPath()
        pen.moveTo(px(at), py(partial.low[i] ?? 0))
        pen.lineTo(px(at), py(partial.high[i] ?? 0))
        pen.stroke()
        pen.fillStyle = colourOf('--text-1')
        pen.beginPath()
        pen.arc(px(at), py(partial.mean[i] ?? 0), 3.5, 0, Math.PI * 2)
        pen.fill()
      })
      return
    }
    pen.beginPath()
    numbers.forEach((at, i) => {
      const place: [number, number] = [px(at), py(partial.high[i] ?? 0)]
      if (i === 0) pen.moveTo(...place)
      else pen.lineTo(...place)
    })
    for (let i = numbers.length - 1; i >= 0; i--) pen.lineTo(px(numbers[i] as number), py(partial.low[i] ?? 0))
    pen.closePath()
    pen.globalAlpha = 0.13
    pen.fillStyle = colourOf('--text-2')
    pen.fill()
    pen.globalAlpha = 1
    pen.strokeStyle = colourOf('--text-1')
    pen.lineWidth = 1.75
    pen.beginPath()
    numbers.forEach((at, i) => {
      const place: [number, number] = [px(at), py(partial.mean[i] ?? 0)]
      if (i === 0) pen.moveTo(...place)
      else pen.lineTo(...place)
    })
    pen.stroke()
  }

  // ---- pointer and keyboard

  private point(point: Point): void {
    const { model } = this
    if (!model) return
    const { list } = this.split(this.size(), model.partial !== null)
    const at = Math.floor((point.y - HEAD_PX) / this.rowHeight(model, list))
    this.show(point.x <= list.width && point.y >= HEAD_PX && at < model.rows.length ? at : -1, point)
  }

  private show(at: number, point?: Point): void {
    this.current = at
    const row = this.model?.rows[at]
    this.host.style.cursor = row ? 'pointer' : ''
    if (row && point) {
      const rows = [
        {
          name: 'Importance',
          value: `${formatValue(row.importance)} (${formatValue(row.low)} – ${formatValue(row.high)})`,
        },
        ...(row.correlation === null ? [] : [{ name: 'Correlation', value: formatValue(row.correlation) }]),
        ...row.byKind.slice(0, 8).map(({ kind, mean }) => ({ name: kind, value: formatValue(mean) })),
      ]
      this.tip.show({ head: row.title, rows }, { x: point.x, y: point.y, isAbove: point.isTouch })
    } else this.tip.hide()
    this.redrawOver()
  }

  private key(event: KeyboardEvent): void {
    const { model } = this
    if (!model || model.rows.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === ' ') this.choose()
    else {
      const next = { ArrowDown: this.current + 1, ArrowUp: this.current - 1, Home: 0, End: model.rows.length - 1 }[
        event.key
      ]
      if (next === undefined) return
      const at = Math.max(0, Math.min(model.rows.length - 1, next))
      const row = model.rows[at] as ImportanceRow
      const { list } = this.split(this.size(), model.partial !== null)
      this.show(at, { x: 60, y: HEAD_PX + (at + 0.5) * this.rowHeight(model, list), isTouch: false })
      const correlation = row.correlation === null ? 'by kind' : `correlation ${row.correlation.toFixed(2)}`
      this.events.onSpeak(
        `${row.title}, importance ${row.importance.toFixed(2)}, ${correlation}, ${at + 1} of ${model.rows.length}`,
      )
    }
    event.preventDefault()
    event.stopPropagation()
  }
}

/** The same pen, its origin moved. */
function movedPen(pen: Pen, dx: number, dy: number): Pen {
  if (dx === 0 && dy === 0) return pen
  const moved = {
    moveTo: (x: number, y: number) => pen.moveTo(x + dx, y + dy),
    lineTo: (x: number, y: number) => pen.lineTo(x + dx, y + dy),
    arc: (x: number, y: number, radius: number, from: number, to: number) => pen.arc(x + dx, y + dy, radius, from, to),
    rect: (x: number, y: number, width: number, height: number) => pen.rect(x + dx, y + dy, width, height),
    fillRect: (x: number, y: number, width: number, height: number) => pen.fillRect(x + dx, y + dy, width, height),
    strokeRect: (x: number, y: number, width: number, height: number) => pen.strokeRect(x + dx, y + dy, width, height),
    fillText: (text: string, x: number, y: number) => pen.fillText(text, x + dx, y + dy),
  }
  return new Proxy(pen, {
    get(target, name) {
      if (name in moved) return moved[name as keyof typeof moved]
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
    set: (target, name, value) => Reflect.set(target, name, value),
  })
}
