/** Draws lines, bands, spikes, odd points and live heads on a canvas. Coordinates are CSS pixels. */

import { type LineModel, type LineSeries, lowerBound, type Values } from './model'
import { colourOf } from './palette'

export const LINE_PX = 1.4
export const HOVERED_PX = 2.25
const RAW_ALPHA = 0.22
const SPIKE_ALPHA = 0.85
const HALO_ALPHA = 0.22
const LABEL_GAP_PX = 13
/** From so many rows in a column of pixels on, only the column's extremes are drawn. */
const DENSE_ROWS = 2.5

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
  if (to - from > DENSE_ROWS * plot.width * deviceScale()) {
    tracePixels(ctx, series.x, values, from, to, plot)
    ctx.stroke()
    ctx.setLineDash([])
    return
  }
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

const deviceScale = (): number => globalThis.devicePixelRatio || 1

/**
 * The path of many rows in few pixels: in each column of device pixels only the lowest and the highest, in the order in which
 * they came. It covers the same pixels, extremes included, for a part of the work.
 */
export function tracePixels(
  path: Pick<CanvasRenderingContext2D, 'moveTo' | 'lineTo'>,
  xs: Float64Array,
  values: Values,
  from: number,
  to: number,
  plot: Plot,
): void {
  const scale = deviceScale()
  let isOpen = false
  const point = (row: number): void => {
    const x = plot.x(xs[row] as number)
    const y = plot.y(values[row] as number)
    if (isOpen) path.lineTo(x, y)
    else path.moveTo(x, y)
    // A piece of a single point shows too: a line back to itself paints its round or square end.
    if (!isOpen) path.lineTo(x + 0.01, y)
    isOpen = true
  }
  let column = Number.NaN
  let least = -1
  let most = -1
  const close = (): void => {
    if (least < 0) return
    point(Math.min(least, most))
    if (least !== most) point(Math.max(least, most))
    least = most = -1
  }
  for (let row = from; row < to; row++) {
    const value = values[row] as number
    if (!Number.isFinite(plot.y(value))) {
      close()
      isOpen = false
      column = Number.NaN
      continue
    }
    const place = Math.floor(plot.x(xs[row] as number) * scale)
    if (place !== column) {
      close()
      column = place
    }
    if (least < 0 || value < (values[least] as number)) least = row
    if (most < 0 || value > (values[most] as number)) most = row
  }
  close()
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
  const ys = spreadLabels(
    places.map(({ y }) => y),
    plot.top + 5,
    plot.top + plot.height - 5,
    LABEL_GAP_PX,
  )
  places.forEach(({ series }, i) => {
    const y = ys[i]
    if (y === undefined) return
    ctx.fillStyle = colourOf(series.colour)
    ctx.fillText(cutText(ctx, series.label, END_LABELS_PX - 12), right + 8, y)
  })
}

/**
 * Where labels that belong at ascending `ys` stand without touching: moved as little as keeps `gap` between them and all within
 * [low, high]. What finds no room is left out (undefined), the last first: the run list names it.
 */
export function spreadLabels(ys: readonly number[], low: number, high: number, gap: number): (number | undefined)[] {
  const room = Math.max(0, Math.floor((high - low) / gap) + 1)
  const placed: number[] = []
  for (const y of ys.slice(0, room)) {
    placed.push(Math.max(Math.min(high, Math.max(low, y)), (placed.at(-1) ?? Number.NEGATIVE_INFINITY) + gap))
  }
  // Those pushed below the edge come up again and push the ones above them.
  for (let i = placed.length - 1, limit = high; i >= 0; i--, limit -= gap) {
    placed[i] = Math.min(placed[i] as number, limit)
    limit = placed[i] as number
  }
  return ys.map((_, i) => placed[i])
}

/** Room kept at the right for end labels. */
export const END_LABELS_PX = 92

function cutText(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text
  let short = text
  while (short.length > 1 && ctx.measureText(`${short}…`).width > width) short = short.slice(0, -1)
  return `${short}…`
}
