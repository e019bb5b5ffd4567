/** All lines over time: their number in grey, matches in accent above, warnings and errors in red below, a box around what is seen. */

import { useEffect, useRef } from 'react'
import { colourOf, onThemeChange } from '../../../charts/palette'
import type { ConsoleStrip } from '../../../data/run'
import { plural } from '../../../ui/format'
import { clockOf } from './LineText'

export function Strip({
  strip,
  window: [from, to],
  onGo,
}: {
  strip: ConsoleStrip | undefined
  /** Times of the first and the last line on screen. */
  window: readonly [number, number]
  onGo: (line: number) => void
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const draw = () => paint(element, strip, from, to)
    draw()
    const resize = new ResizeObserver(draw)
    resize.observe(element)
    const stop = onThemeChange(draw)
    return () => {
      resize.disconnect()
      stop()
    }
  }, [strip, from, to])
  const buckets = strip?.buckets ?? []
  const first = buckets[0]?.from_time ?? 0
  const last = buckets.at(-1)?.to_time ?? 0
  const go = (share: number) => {
    const bucket = buckets[Math.max(0, Math.min(buckets.length - 1, Math.floor(share * buckets.length)))]
    if (bucket) onGo(bucket.first)
  }
  const middle = last > first ? (from - first) / (last - first) : 0
  return (
    <>
      <canvas
        ref={canvas}
        className="dens"
        role="slider"
        tabIndex={0}
        aria-label="Lines over time"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(middle * 100)}
        aria-valuetext={`${clockOf(from, false)}; ${plural(strip?.matches ?? 0, 'match', 'matches')}, ${plural(strip?.errors ?? 0, 'error')}`}
        title="Lines over time; matches in blue, errors in red"
        onClick={event => {
          const box = event.currentTarget.getBoundingClientRect()
          go((event.clientX - box.left) / box.width)
        }}
        onKeyDown={event => {
          const by = { ArrowRight: 0.01, ArrowLeft: -0.01, PageDown: 0.1, PageUp: -0.1 }[event.key]
          if (by !== undefined) go(middle + by)
          else if (event.key === 'Home') go(0)
          else if (event.key === 'End') go(1)
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
      <div className="densax" aria-hidden="true">
        {first > 0 &&
          [0, 0.25, 0.5, 0.75, 1].map(share => (
            <span key={share}>{axisClock(first + share * (last - first), last - first)}</span>
          ))}
      </div>
    </>
  )
}

const axisClock = (atS: number, spanS: number): string =>
  spanS > 2 * 86_400
    ? new Date(atS * 1000).toLocaleDateString(undefined, { month: 'short', day: 'numeric' })
    : spanS < 600
      ? clockOf(atS, spanS < 10)
      : clockOf(atS, false).slice(0, 5)

function paint(canvas: HTMLCanvasElement, strip: ConsoleStrip | undefined, from: number, to: number): void {
  const ratio = devicePixelRatio || 1
  const { clientWidth: width, clientHeight: height } = canvas
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  const ctx = canvas.getContext('2d')
  if (!ctx || !strip || strip.buckets.length === 0) return
  ctx.scale(ratio, ratio)
  const { buckets } = strip
  const most = Math.max(1, ...buckets.map(bucket => bucket.lines))
  const wide = width / buckets.length
  buckets.forEach((bucket, i) => {
    const x = i * wide
    if (bucket.lines > 0) {
      ctx.globalAlpha = 0.28
      ctx.fillStyle = colourOf('--text-3')
      const tall = Math.max(1, (bucket.lines / most) * (height - 12))
      ctx.fillRect(x + 0.5, height - tall, Math.max(1, wide - 1), tall)
      ctx.globalAlpha = 1
    }
    if (bucket.matches > 0) {
      ctx.fillStyle = colourOf('--accent')
      ctx.fillRect(Math.round(x + wide / 2), 0, Math.max(1, Math.min(2, wide - 1)), 7)
    }
    if (bucket.errors > 0) {
      ctx.fillStyle = colourOf('--bad')
      ctx.fillRect(Math.round(x + wide / 2) - 1, height - 6, 3, 6)
    }
  })
  const first = buckets[0]?.from_time ?? 0
  const span = (buckets.at(-1)?.to_time ?? 0) - first || 1
  if (from > 0) {
    const x = Math.min(width - 5, Math.max(0, ((from - first) / span) * width))
    ctx.strokeStyle = colourOf('--text-1')
    ctx.lineWidth = 1.5
    ctx.strokeRect(Math.round(x) + 0.5, 0.75, Math.max(4, ((to - from) / span) * width), height - 1.5)
  }
}
