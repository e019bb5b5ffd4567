/** What lies behind and below the lines: bands, areas, densities, regions, what happened. */

import { tick } from './lineMarks'
import { cutText, END_LABEL_FONT, type Plot, visibleRows, yOf } from './plot'
import type { LineModel, LineSeries, Values } from './model'
import { colourOf } from './palette'
import type { Pen } from './pen'

const AREA_ALPHA = 0.14
const MARKED_ALPHA = 0.22
const STACK_ALPHA = 0.62
const DENSITY_ALPHA = [0.07, 0.09, 0.12]

export function drawBand(ctx: Pen, series: LineSeries, model: LineModel, plot: Plot, alpha: number): void {
  const { low, high } = series
  if (!low || !high) return
  const [from, to] = visibleRows(series, model)
  const floor = plot.top + plot.height
  const place = yOf(plot, series)
  ctx.fillStyle = colourOf(series.colour)
  ctx.globalAlpha = alpha
  const edge = (values: Values, i: number): number => {
    const y = place(values[i] as number)
    return Number.isFinite(y) ? y : floor
  }
  let start = from
  for (let i = from; i <= to; i++) {
    const isGap = i === to || Number.isNaN(high[i]) || !Number.isFinite(plot.x(series.x[i] as number))
    if (!isGap) continue
    if (i - start > 1) {
      ctx.beginPath()
      for (let j = start; j < i; j++) ctx.lineTo(plot.x(series.x[j] as number), edge(high, j))
      for (let j = i - 1; j >= start; j--) ctx.lineTo(plot.x(series.x[j] as number), edge(low, j))
      ctx.fill()
    }
    start = i + 1
  }
  ctx.globalAlpha = 1
}

/** What lies between a line and the axis, or the line below it in a stack. */
export function drawArea(ctx: Pen, series: LineSeries, model: LineModel, plot: Plot): void {
  const [from, to] = visibleRows(series, model)
  const place = yOf(plot, series)
  const floor = plot.top + plot.height
  const zero = place(0)
  const ground = Number.isFinite(zero) ? Math.max(plot.top, Math.min(floor, zero)) : floor
  const { base } = series
  ctx.fillStyle = colourOf(series.colour)
  ctx.globalAlpha = base ? STACK_ALPHA : AREA_ALPHA
  let start = from
  for (let i = from; i <= to; i++) {
    const isGap = i === to || !Number.isFinite(place(series.y[i] as number))
    if (!isGap) continue
    if (i - start > 1) {
      ctx.beginPath()
      for (let j = start; j < i; j++) ctx.lineTo(plot.x(series.x[j] as number), place(series.y[j] as number))
      for (let j = i - 1; j >= start; j--)
        ctx.lineTo(plot.x(series.x[j] as number), base ? place(base[j] as number) : ground)
      ctx.fill()
    }
    start = i + 1
  }
  ctx.globalAlpha = 1
}

/** Runs too many to be lines: where most of them lie, and their middle. */
export function drawDensity(ctx: Pen, model: LineModel, plot: Plot): void {
  const { density } = model
  if (!density) return
  ctx.fillStyle = ctx.strokeStyle = colourOf('--text-3')
  const { x, bands, middle } = density
  bands.forEach(({ low, high }, level) => {
    ctx.globalAlpha = DENSITY_ALPHA[level] ?? 0.1
    let start = 0
    for (let i = 0; i <= x.length; i++) {
      if (i < x.length && Number.isFinite(plot.y(high[i] as number)) && Number.isFinite(plot.y(low[i] as number)))
        continue
      if (i - start > 1) {
        ctx.beginPath()
        for (let j = start; j < i; j++) ctx.lineTo(plot.x(x[j] as number), plot.y(high[j] as number))
        for (let j = i - 1; j >= start; j--) ctx.lineTo(plot.x(x[j] as number), plot.y(low[j] as number))
        ctx.fill()
      }
      start = i + 1
    }
  })
  ctx.globalAlpha = 0.7
  ctx.lineWidth = 1
  ctx.beginPath()
  let isOpen = false
  for (let i = 0; i < x.length; i++) {
    const y = plot.y(middle[i] as number)
    if (!Number.isFinite(y)) isOpen = false
    else if (isOpen) ctx.lineTo(plot.x(x[i] as number), y)
    else {
      ctx.moveTo(plot.x(x[i] as number), y)
      isOpen = true
    }
  }
  ctx.stroke()
  ctx.globalAlpha = 1
}

/** Named stretches under the data, and where there is nothing because nobody answers. */
export function drawRegions(ctx: Pen, model: LineModel, plot: Plot): void {
  const right = plot.left + plot.width
  const inside = (px: number): number => Math.max(plot.left, Math.min(right, px))
  if (model.staleFrom !== null) {
    const from = inside(plot.x(model.staleFrom))
    ctx.fillStyle = colourOf('--warn')
    ctx.globalAlpha = 0.08
    ctx.fillRect(from, plot.top, right - from, plot.height)
    ctx.globalAlpha = 1
  }
  for (const region of model.regions) {
    const from = plot.x(region.from)
    const to = plot.x(region.to)
    if (to < plot.left || from > right) continue
    const left = inside(from)
    const width = Math.max(1, inside(to) - left)
    ctx.fillStyle = ctx.strokeStyle = colourOf('--accent')
    ctx.globalAlpha = region.to > region.from ? (region.isMarked ? MARKED_ALPHA : 0.08) : 0.7
    ctx.fillRect(left, plot.top, width, plot.height)
    if (region.isMarked) {
      ctx.globalAlpha = 1
      ctx.fillRect(left - 1, plot.top, 2, plot.height)
      ctx.fillRect(left + width - 1, plot.top, 2, plot.height)
    }
    ctx.globalAlpha = 0.7
    ctx.fillRect(left, plot.top, width, 2)
    ctx.globalAlpha = 1
    if (!region.name) continue
    ctx.font = END_LABEL_FONT
    ctx.textAlign = 'left'
    ctx.textBaseline = 'top'
    const room = Math.max(width, 90) - 8
    const count = region.comments > 0 ? ` · ${region.comments}` : ''
    const space = Math.min(room, right - left - 6) - (count ? ctx.measureText(count).width : 0)
    ctx.fillText(`${cutText(ctx, region.name, space)}${count}`, left + 4, plot.top + 5)
  }
}

export function drawHappenings(ctx: Pen, model: LineModel, plot: Plot): void {
  const bottom = plot.top + plot.height
  for (const { x, colour, kind } of model.happenings) {
    const at = plot.x(x)
    if (!(at >= plot.left && at <= plot.left + plot.width)) continue
    tick(ctx, kind, at, bottom, colourOf(colour))
  }
}
