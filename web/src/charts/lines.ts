/** Draws lines, bands, spikes, odd points and live heads on a canvas. Coordinates are CSS pixels. */

import { type LineModel, type LineSeries, lowerBound, type Values } from './model'
import { colourOf } from './palette'

export const LINE_PX = 1.4
export const HOVERED_PX = 2.25
const RAW_ALPHA = 0.22
const SPIKE_ALPHA = 0.85
const HALO_ALPHA = 0.22
const LABEL_GAP_PX = 13

/** The plot's rectangle and how values become places in it. */
export interface Plot {
  left: number
  top: number
  width: number
  height: number
  x: (value: number) => number
  y: (value: number) => number
}

export function plotOf(model: LineModel, box: { left: number; top: number; width: number; height: number }): Plot {
  const { left, top, width, height } = box
  const [xLow, xHigh] = model.x
  const [yLow, yHigh] = model.isLog ? [Math.log10(model.y[0]), Math.log10(model.y[1])] : model.y
  const xScale = width / (xHigh - xLow || 1)
  const yScale = height / (yHigh - yLow || 1)
  const bottom = top + height
  return {
    ...box,
    x: value => left + (value - xLow) * xScale,
    y: model.isLog
      ? value => (value > 0 ? bottom - (Math.log10(value) - yLow) * yScale : Number.NaN)
      : value => bottom - (value - yLow) * yScale,
  }
}

/** Rows of `series` that touch the plot, with one more on each side so that lines run out of the picture. */
export function visibleRows(series: LineSeries, model: LineModel): [from: number, to: number] {
  const from = Math.max(0, lowerBound(series.x, model.x[0]) - 1)
  const to = Math.min(series.x.length, lowerBound(series.x, model.x[1]) + 1)
  return [from, to]
}

export function drawLines(ctx: CanvasRenderingContext2D, model: LineModel, plot: Plot, bandAlpha: number): void {
  ctx.save()
  clip(ctx, plot)
  for (const series of model.series) drawBand(ctx, series, model, plot, series.raw ? bandAlpha * 0.6 : bandAlpha)
  for (const series of model.series) {
    if (series.raw) {
      ctx.globalAlpha = RAW_ALPHA
      stroke(ctx, series, series.raw, model, plot, 1)
      ctx.globalAlpha = 1
    }
  }
  for (const series of model.series) drawSpikes(ctx, series, plot, LINE_PX * 0.85)
  for (const series of model.series) stroke(ctx, series, series.y, model, plot, LINE_PX)
  ctx.restore()
  for (const series of model.series) {
    drawOdd(ctx, series, model, plot)
    if (series.isLive) drawHead(ctx, series, model, plot)
  }
  if (model.hasEndLabels) drawEndLabels(ctx, model, plot)
}

/** One line on top of the dimmed others. */
export function drawHovered(
  ctx: CanvasRenderingContext2D,
  series: LineSeries,
  model: LineModel,
  plot: Plot,
  bandAlpha: number,
): void {
  ctx.save()
  clip(ctx, plot)
  drawBand(ctx, series, model, plot, bandAlpha)
  drawSpikes(ctx, series, plot, LINE_PX)
  stroke(ctx, series, series.y, model, plot, HOVERED_PX)
  ctx.restore()
  drawOdd(ctx, series, model, plot)
  if (series.isLive) drawHead(ctx, series, model, plot)
}

function clip(ctx: CanvasRenderingContext2D, plot: Plot): void {
  ctx.beginPath()
  // A little above the plot, so that a line along the upper edge keeps its width.
  ctx.rect(plot.left, plot.top - 3, plot.width + 1, plot.height + 3.5)
  ctx.clip()
}

function stroke(
  ctx: CanvasRenderingContext2D,
  series: LineSeries,
  values: Values,
  model: LineModel,
  plot: Plot,
  width: number,
): void {
  const [from, to] = visibleRows(series, model)
  ctx.strokeStyle = ctx.fillStyle = colourOf(series.colour)
  ctx.lineWidth = width
  // Where points stand closer than pixels nobody sees a round corner, and each costs as much as its line.
  const isDense = to - from > plot.width
  ctx.lineJoin = isDense ? 'bevel' : 'round'
  ctx.lineCap = isDense ? 'butt' : 'round'
  ctx.setLineDash(series.dash as number[])
  ctx.beginPath()
  const alone: [number, number][] = []
  let run = 0
  let lastX = 0
  let lastY = 0
  for (let i = from; i < to; i++) {
    const y = plot.y(values[i] as number)
    if (!Number.isFinite(y)) {
      if (run === 1) alone.push([lastX, lastY])
      run = 0
      continue
    }
    lastX = plot.x(series.x[i] as number)
    lastY = y
    if (run++ === 0) ctx.moveTo(lastX, lastY)
    else ctx.lineTo(lastX, lastY)
  }
  if (run === 1) alone.push([lastX, lastY])
  ctx.stroke()
  ctx.setLineDash([])
  // A point with no neighbour has no line: it is a dot, or it would not be there.
  for (const [x, y] of alone) dot(ctx, x, y, Math.max(2.5, width * 1.3))
}

function drawBand(
  ctx: CanvasRenderingContext2D,
  series: LineSeries,
  model: LineModel,
  plot: Plot,
  alpha: number,
): void {
  const { low, high } = series
  if (!low || !high) return
  const [from, to] = visibleRows(series, model)
  const floor = plot.top + plot.height
  ctx.fillStyle = colourOf(series.colour)
  ctx.globalAlpha = alpha
  const edge = (values: Values, i: number): number => {
    const y = plot.y(values[i] as number)
    return Number.isFinite(y) ? y : floor
  }
  let start = from
  for (let i = from; i <= to; i++) {
    const isGap = i === to || Number.isNaN(high[i])
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

function drawSpikes(ctx: CanvasRenderingContext2D, series: LineSeries, plot: Plot, width: number): void {
  const { low, high, spikes } = series
  if (!low || !high || spikes.length === 0) return
  ctx.strokeStyle = colourOf(series.colour)
  ctx.globalAlpha = SPIKE_ALPHA
  ctx.lineWidth = width
  ctx.beginPath()
  const floor = plot.top + plot.height
  for (const i of spikes) {
    const x = plot.x(series.x[i] as number)
    const top = plot.y(high[i] as number)
    const bottom = plot.y(low[i] as number)
    ctx.moveTo(x, Number.isFinite(bottom) ? bottom : floor)
    ctx.lineTo(x, Number.isFinite(top) ? top : floor)
  }
  ctx.stroke()
  ctx.globalAlpha = 1
}

/** NaN as an open mark on the lower edge, ±∞ as arrows on their edges. */
function drawOdd(ctx: CanvasRenderingContext2D, series: LineSeries, model: LineModel, plot: Plot): void {
  ctx.strokeStyle = ctx.fillStyle = colourOf(series.colour)
  ctx.lineWidth = 1.2
  const bottom = plot.top + plot.height
  let lastPlace = Number.NEGATIVE_INFINITY
  let lastKind = ''
  for (const { x: at, kind } of series.odd) {
    if (at < model.x[0] || at > model.x[1]) continue
    const x = plot.x(at)
    // Marks on top of each other say no more than one.
    if (kind === lastKind && x - lastPlace < 4) continue
    lastPlace = x
    lastKind = kind
    ctx.beginPath()
    if (kind === 'nan') {
      ctx.arc(x, bottom - 3.5, 2.6, 0, 2 * Math.PI)
      ctx.stroke()
      continue
    }
    const [tip, base] = kind === 'posinf' ? [plot.top, plot.top + 5] : [bottom, bottom - 5]
    ctx.moveTo(x, tip)
    ctx.lineTo(x - 3.2, base)
    ctx.lineTo(x + 3.2, base)
    ctx.closePath()
    ctx.fill()
  }
}

function lastRow(series: LineSeries): number {
  let row = series.x.length - 1
  while (row >= 0 && !Number.isFinite(series.y[row])) row--
  return row
}

function drawHead(ctx: CanvasRenderingContext2D, series: LineSeries, model: LineModel, plot: Plot): void {
  const row = lastRow(series)
  if (row < 0) return
  const at = series.x[row] as number
  const y = plot.y(series.y[row] as number)
  if (at < model.x[0] || at > model.x[1] || !(y >= plot.top - 2 && y <= plot.top + plot.height + 2)) return
  const x = plot.x(at)
  ctx.fillStyle = colourOf(series.colour)
  ctx.globalAlpha = HALO_ALPHA
  dot(ctx, x, y, 5.5)
  ctx.globalAlpha = 1
  dot(ctx, x, y, 2.8)
}

export function dot(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ctx.beginPath()
  ctx.arc(x, y, radius, 0, 2 * Math.PI)
  ctx.fill()
}

export const END_LABEL_FONT = '500 11px Geist, system-ui, sans-serif'

function drawEndLabels(ctx: CanvasRenderingContext2D, model: LineModel, plot: Plot): void {
  const right = plot.left + plot.width
  const places = model.series
    .map(series => {
      const row = lastRow(series)
      return { series, x: plot.x(series.x[row] ?? 0), y: plot.y(series.y[row] ?? Number.NaN) }
    })
    .filter(({ y }) => Number.isFinite(y))
    .toSorted((a, b) => a.y - b.y)
  ctx.font = END_LABEL_FONT
  ctx.textAlign = 'left'
  ctx.textBaseline = 'middle'
  const lowest = plot.top + plot.height - 4
  let last = Number.NEGATIVE_INFINITY
  const shift = Math.max(0, (places.at(-1)?.y ?? 0) - lowest)
  for (const place of places) {
    const y = Math.max(plot.top + 5, Math.max(place.y - shift, last + LABEL_GAP_PX))
    last = y
    ctx.fillStyle = colourOf(place.series.colour)
    ctx.fillText(cutText(ctx, place.series.label, END_LABELS_PX - 12), right + 8, Math.min(y, lowest + 8))
  }
}

/** Room kept at the right for end labels. */
export const END_LABELS_PX = 92

function cutText(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text
  let short = text
  while (short.length > 1 && ctx.measureText(`${short}…`).width > width) short = short.slice(0, -1)
  return `${short}…`
}
