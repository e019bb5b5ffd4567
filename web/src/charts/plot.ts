/** Where values stand in a chart's picture. Coordinates are CSS pixels. */

import { scaleOf } from './lineScales'
import { type LineModel, type LineSeries, lowerBound } from './model'
import type { Pen } from './pen'

export const END_LABEL_FONT = '500 11px Geist, system-ui, sans-serif'
/** Room kept at the right for end labels. */
export const END_LABELS_PX = 92

/** The plot's rectangle and how values become places in it. */
export interface Plot {
  left: number
  top: number
  width: number
  height: number
  x: (value: number) => number
  y: (value: number) => number
  /** On the second axis; the first where there is none. */
  y2: (value: number) => number
  /** And back. */
  atX: (px: number) => number
  atY: (px: number) => number
}

export function plotOf(model: LineModel, box: { left: number; top: number; width: number; height: number }): Plot {
  const { left, top, width, height } = box
  const bottom = top + height
  const xScale = scaleOf(model.xScale, model.x)
  const xLow = xScale.to(model.x[0])
  const xUnit = width / (xScale.to(model.x[1]) - xLow || 1)
  const yScale = scaleOf(model.yScale, model.y)
  const yLow = yScale.to(model.y[0])
  const yUnit = height / (yScale.to(model.y[1]) - yLow || 1)
  const x =
    model.xScale === 'linear'
      ? (v: number) => left + (v - xLow) * xUnit
      : (v: number) => left + (xScale.to(v) - xLow) * xUnit
  const y =
    model.yScale === 'linear'
      ? (v: number) => bottom - (v - yLow) * yUnit
      : (v: number) => bottom - (yScale.to(v) - yLow) * yUnit
  let y2 = y
  if (model.y2) {
    const scale = scaleOf(model.y2Scale, model.y2)
    const low = scale.to(model.y2[0])
    const unit = height / (scale.to(model.y2[1]) - low || 1)
    y2 = v => bottom - (scale.to(v) - low) * unit
  }
  return {
    ...box,
    x,
    y,
    y2,
    atX: px => xScale.from(xLow + (px - left) / xUnit),
    atY: px => yScale.from(yLow + (bottom - px) / yUnit),
  }
}

/** How `series` stands on y: on its own axis. */
export const yOf = (plot: Plot, series: LineSeries): Plot['y'] => (series.isRight ? plot.y2 : plot.y)

/** Rows of `series` that touch the plot, with one more on each side so that lines run out of the picture. */
export function visibleRows(series: LineSeries, model: LineModel): [from: number, to: number] {
  const from = Math.max(0, lowerBound(series.x, model.x[0]) - 1)
  const to = Math.min(series.x.length, lowerBound(series.x, model.x[1]) + 1)
  return [from, to]
}

export function cutText(ctx: Pen, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text
  let short = text
  while (short.length > 1 && ctx.measureText(`${short}…`).width > width) short = short.slice(0, -1)
  return `${short}…`
}
