/** The small shapes of charts: marks on points, ticks of what happened. */

import type { Happening, Mark } from './model'
import type { Pen } from './pen'

export function drawMark(ctx: Pen, mark: Mark, x: number, y: number, size: number): void {
  if (mark === 'none') return
  ctx.beginPath()
  if (mark === 'circle') ctx.arc(x, y, size, 0, 2 * Math.PI)
  else if (mark === 'square') ctx.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8)
  else if (mark === 'triangle') {
    ctx.moveTo(x, y - size * 1.15)
    ctx.lineTo(x + size * 1.05, y + size * 0.8)
    ctx.lineTo(x - size * 1.05, y + size * 0.8)
    ctx.closePath()
  } else {
    ctx.moveTo(x - size, y - size)
    ctx.lineTo(x + size, y + size)
    ctx.moveTo(x + size, y - size)
    ctx.lineTo(x - size, y + size)
    ctx.lineWidth = Math.max(1.1, size * 0.4)
    ctx.stroke()
    return
  }
  ctx.fill()
}

/** An alert is a small triangle on the axis, a checkpoint a ring, a resume an open bracket, a rewind an arrow back to its step:
 * told apart without colour. */
export function tick(ctx: Pen, kind: Happening['kind'], x: number, bottom: number, colour: string): void {
  ctx.fillStyle = ctx.strokeStyle = colour
  ctx.lineWidth = 1.2
  ctx.beginPath()
  if (kind === 'resume') {
    ctx.moveTo(x + 4, bottom - 8)
    ctx.lineTo(x, bottom - 8)
    ctx.lineTo(x, bottom - 1)
    ctx.stroke()
    return
  }
  if (kind === 'rewind') {
    ctx.moveTo(x + 9, bottom - 5)
    ctx.lineTo(x, bottom - 5)
    ctx.moveTo(x + 4, bottom - 8.5)
    ctx.lineTo(x, bottom - 5)
    ctx.lineTo(x + 4, bottom - 1.5)
    ctx.stroke()
    return
  }
  if (kind === 'checkpoint') {
    ctx.arc(x, bottom - 5, 3.2, 0, 2 * Math.PI)
    ctx.stroke()
    return
  }
  ctx.moveTo(x, bottom - 8.5)
  ctx.lineTo(x + 4, bottom - 1.5)
  ctx.lineTo(x - 4, bottom - 1.5)
  ctx.closePath()
  if (kind === 'alert') ctx.fill()
  else ctx.stroke()
}
