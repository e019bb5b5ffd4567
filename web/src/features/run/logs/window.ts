/**
 * The lines around what is on screen: pages of them, asked for when they come into view, kept while they may come back. Outside
 * React; the list asks for a line by its place and is told when it is there.
 */

import type { ConsoleLine, ConsolePage, ConsoleTail, Look } from '../../../data/run'

export const PAGE_LINES = 400
const PAGES_MAX = 80
const PARALLEL = 3

export type ReadLines = (first: number, limit: number, look: Look, signal: AbortSignal) => Promise<ConsolePage>

export interface WindowState {
  /** Lines that pass the filters. */
  total: number
  lineCount: number
  tails: ConsoleTail[]
  isComplete: boolean
  isReady: boolean
  error: unknown
  /** Counts changes: what React compares. */
  version: number
}

export class LineWindow {
  state: WindowState = {
    total: 0,
    lineCount: 0,
    tails: [],
    isComplete: true,
    isReady: false,
    error: null,
    version: 0,
  }
  private pages = new Map<number, ConsoleLine[]>()
  /** Pages that are shown as an earlier look marked them, until they have come again. */
  private readonly stale = new Set<number>()
  private readonly asked = new Map<number, AbortController>()
  private queue: number[] = []
  private wanted: readonly [number, number] = [0, 0]
  private readonly listeners = new Set<() => void>()
  private readonly read: ReadLines
  private look: Look
  private isClosed = false
  private asks = 0
  /** Of the newest question that was answered, of all and of each page: an answer to an older one knows fewer lines. */
  private newest = 0
  private readonly newestOf = new Map<number, number>()

  constructor(read: ReadLines, look: Look) {
    this.read = read
    this.look = look
  }

  /**
   * Shows the lines by another look. Where the same lines pass, their places stay: what is here is shown until what is marked now
   * has come, so that a list never shrinks below the reader.
   */
  setLook(look: Look): void {
    if (look === this.look) return
    const isSamePlaces = placesOf(look) === placesOf(this.look)
    this.look = look
    for (const abort of this.asked.values()) abort.abort()
    this.asked.clear()
    if (isSamePlaces) {
      for (const page of this.pages.keys()) this.stale.add(page)
      this.want(...this.wanted)
    } else {
      this.pages.clear()
      this.stale.clear()
      this.set({ total: 0, tails: [], isReady: false, error: null })
    }
    void this.refresh()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly getState = (): WindowState => this.state

  /** The line at that place, if it is here. */
  get(position: number): ConsoleLine | undefined {
    return this.pages.get(Math.floor(position / PAGE_LINES))?.[position % PAGE_LINES]
  }

  /** These places are on screen: what lacks is asked for, what is no longer wanted is not. */
  want(first: number, end: number): void {
    const from = Math.floor(Math.max(0, first) / PAGE_LINES)
    const to = Math.floor(Math.max(0, end - 1) / PAGE_LINES)
    this.wanted = [first, end]
    for (const [page, abort] of this.asked) if (page < from - 1 || page > to + 1) abort.abort()
    this.queue = []
    for (let page = from; page <= to; page++) {
      const held = this.pages.get(page)
      const isWhole =
        held &&
        !this.stale.has(page) &&
        (held.length === PAGE_LINES || page * PAGE_LINES + held.length >= this.state.total)
      if (!isWhole && !this.asked.has(page)) this.queue.push(page)
      if (held) {
        this.pages.delete(page)
        this.pages.set(page, held)
      }
    }
    this.pump()
  }

  /** More may have been printed: how much there is, and the end of it. */
  async refresh(): Promise<void> {
    await this.load(Math.max(0, Math.floor(Math.max(0, this.state.total - 1) / PAGE_LINES)), true)
  }

  close(): void {
    this.isClosed = true
    for (const abort of this.asked.values()) abort.abort()
  }

  retry(): void {
    void this.refresh()
  }

  private pump(): void {
    while (this.asked.size < PARALLEL && this.queue.length > 0 && !this.isClosed) {
      const page = this.queue.shift() as number
      void this.load(page)
    }
  }

  private async load(page: number, isRefresh = false): Promise<void> {
    if (this.asked.has(page) && !isRefresh) return
    const abort = new AbortController()
    this.asked.set(page, abort)
    const turn = ++this.asks
    try {
      const answer = await this.read(page * PAGE_LINES, PAGE_LINES, this.look, abort.signal)
      if (this.isClosed || abort.signal.aborted) return
      if (turn < (this.newestOf.get(page) ?? 0)) return
      this.newestOf.set(page, turn)
      this.pages.delete(page)
      this.pages.set(page, answer.lines)
      this.stale.delete(page)
      while (this.pages.size > PAGES_MAX) this.pages.delete(this.pages.keys().next().value as number)
      const wasLost = this.state.error !== null
      const isNewest = turn > this.newest
      this.newest = Math.max(this.newest, turn)
      const said = {
        total: answer.total,
        lineCount: answer.line_count,
        tails: answer.tails,
        isComplete: answer.is_complete,
      }
      this.set({ ...(isNewest ? said : {}), isReady: true, error: null })
      // What failed to come meanwhile is on nobody's list any more.
      if (wasLost) this.want(...this.wanted)
    } catch (error) {
      if (!abort.signal.aborted && !this.isClosed && turn > this.newest) this.set({ error, isReady: true })
    } finally {
      if (this.asked.get(page) === abort) this.asked.delete(page)
      this.pump()
    }
  }

  private set(fields: Partial<WindowState>): void {
    this.state = { ...this.state, ...fields, version: this.state.version + 1 }
    for (const listener of this.listeners) listener()
  }
}

/** What decides which lines pass, and so at which places they are. */
function placesOf({ labels, levels, onlyMatches, ...marks }: Look): string {
  return JSON.stringify([labels, levels, onlyMatches && marks.pattern !== '' ? marks : null])
}

// ---- scrolling

/** Taller than this a browser does not lay an element out; then a pixel of the bar is more than a pixel of lines. */
const TALLEST_PX = 8_000_000

export interface Scale {
  heightPx: number
  /** Lines per pixel of the scroll bar. */
  linesPerPx: number
}

export function scaleOf(total: number, rowPx: number, viewPx: number): Scale {
  const whole = total * rowPx
  const heightPx = Math.min(whole, TALLEST_PX)
  const linesMax = Math.max(0, total - viewPx / rowPx)
  const pxMax = Math.max(1, heightPx - viewPx)
  return { heightPx, linesPerPx: linesMax / pxMax }
}
