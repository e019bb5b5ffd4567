/**
 * Every series a page draws, as typed arrays outside React. Charts subscribe to places; all changes of a frame reach each
 * subscriber as one call, in one animation frame. `seriesLoader` fills it; nothing here knows the network.
 */

import { GrowingSeries, type SeriesData, sizeOf } from './series'

export type Channel = 'history' | 'system'

/** What x counts: `step`, `relative`, `time`, `metric:` and the name of another metric, or an expression with `${}`. */
export type Axis = 'step' | 'relative' | 'time' | `metric:${string}` | `${string}\${${string}}${string}`

export const isExpressionAxis = (axis: Axis): boolean => axis.includes('${') && !axis.startsWith('metric:')

/** Where in the data a panel looks, and how the server makes rows of it. `window` is [from, to) on x; null is everything. */
export interface Scope {
  channel: Channel
  axis: Axis
  window: readonly [number, number] | null
  /** Of all points, on the server. Absent: none. */
  smoothing?: { kind: string; strength: number }
  /** How points become rows. Absent: exact extremes and mean of each bucket. */
  method?: string
  /** Buckets of equal width on a logarithmic x. */
  isLogX?: boolean
}

export type SlotStatus = 'waiting' | 'ready' | 'failed'

export interface Slot {
  readonly place: string
  status: SlotStatus
  data: SeriesData | null
  /** Buckets that `data` was asked with: a wider panel asks again, unless every point is here already. */
  buckets: number
  error: unknown
  /** When the server last said something of it, in milliseconds since the epoch; 0: never. */
  at: number
}

interface Held extends Slot {
  growing: GrowingSeries | null
  subscribers: Set<Subscriber>
  usedAt: number
}

interface Subscriber {
  call: () => void
}

const SEPARATOR = '\u0000'
/** What nobody looks at is kept up to this size, so that scrolling back or leaving a zoom costs no request. */
const CACHE_BYTES = 192 * 1024 * 1024

export function scopeName(scope: Scope): string {
  const window = scope.window ? `${scope.window[0]}:${scope.window[1]}` : ''
  const smoothing = scope.smoothing ? `${scope.smoothing.kind}:${scope.smoothing.strength}` : ''
  return [scope.channel, scope.axis, window, smoothing, scope.method ?? '', scope.isLogX ? 'log' : ''].join(SEPARATOR)
}

export function placeOf(scope: Scope, run: string, key: string): string {
  return [scopeName(scope), run, key].join(SEPARATOR)
}

export class MetricStore {
  private readonly slots = new Map<string, Held>()
  private readonly dirty = new Set<Subscriber>()
  private isScheduled = false
  private clock = 0
  private readonly schedule: (flush: () => void) => void
  private readonly cacheBytes: number

  constructor(options: { schedule?: (flush: () => void) => void; cacheBytes?: number } = {}) {
    this.schedule = options.schedule ?? (flush => void requestAnimationFrame(flush))
    this.cacheBytes = options.cacheBytes ?? CACHE_BYTES
  }

  get(place: string): Slot | undefined {
    return this.slots.get(place)
  }

  /** Calls `call` once per frame in which any of `places` changed. Returns how to stop that. */
  subscribe(places: Iterable<string>, call: () => void): () => void {
    const subscriber: Subscriber = { call }
    const held = [...places].map(place => this.slot(place))
    for (const slot of held) slot.subscribers.add(subscriber)
    return () => {
      for (const slot of held) {
        slot.subscribers.delete(subscriber)
        slot.usedAt = ++this.clock
      }
      this.dirty.delete(subscriber)
      this.evict()
    }
  }

  /** `place` is being asked for. What is there stays on screen until the answer comes. */
  expect(place: string): void {
    const slot = this.slot(place)
    slot.error = null
    if (!slot.data) slot.status = 'waiting'
  }

  /** `data`: an answer that was asked with so many buckets. */
  put(place: string, data: SeriesData, buckets: number): void {
    const slot = this.slot(place)
    slot.buckets = buckets
    slot.growing = new GrowingSeries(data)
    slot.data = data
    slot.status = 'ready'
    slot.error = null
    slot.at = Date.now()
    this.changed(slot)
  }

  /** Adds rows at the end. False if they do not follow what is there: the series must be read again as a whole. */
  append(place: string, more: SeriesData): boolean {
    const slot = this.slots.get(place)
    if (!slot?.growing) return false
    if (!slot.growing.append(more)) return false
    // Twice as many rows as pixels draw the same picture as before; past that, neighbours become one, exactly.
    if (slot.growing.view.rows > 2 * Math.max(slot.buckets, 1)) slot.growing.fuse(slot.buckets)
    slot.data = slot.growing.view
    slot.at = Date.now()
    if (slot.error !== null) {
      slot.error = null
      this.changed(slot)
    }
    if (more.rows > 0) this.changed(slot)
    return true
  }

  fail(place: string, error: unknown): void {
    const slot = this.slot(place)
    slot.error = error
    // Old data stays: an outage must not clear the screen.
    slot.status = slot.data ? 'ready' : 'failed'
    this.changed(slot)
  }

  /** Forgets what nobody looks at. */
  clear(): void {
    for (const [place, slot] of this.slots) if (slot.subscribers.size === 0) this.slots.delete(place)
  }

  private slot(place: string): Held {
    let slot = this.slots.get(place)
    if (!slot) {
      slot = {
        place,
        status: 'waiting',
        data: null,
        buckets: 0,
        error: null,
        at: 0,
        growing: null,
        subscribers: new Set(),
        usedAt: ++this.clock,
      }
      this.slots.set(place, slot)
    }
    return slot
  }

  private changed(slot: Held): void {
    for (const subscriber of slot.subscribers) this.dirty.add(subscriber)
    if (this.dirty.size === 0 || this.isScheduled) return
    this.isScheduled = true
    this.schedule(() => this.flush())
  }

  private flush(): void {
    this.isScheduled = false
    const calls = [...this.dirty]
    this.dirty.clear()
    for (const subscriber of calls) subscriber.call()
  }

  private evict(): void {
    const idle = [...this.slots.values()].filter(slot => slot.subscribers.size === 0)
    let bytes = idle.reduce((sum, slot) => sum + (slot.data ? sizeOf(slot.data) : 0), 0)
    if (bytes <= this.cacheBytes) return
    for (const slot of idle.toSorted((a, b) => a.usedAt - b.usedAt)) {
      if (bytes <= this.cacheBytes) return
      bytes -= slot.data ? sizeOf(slot.data) : 0
      this.slots.delete(slot.place)
    }
  }
}
